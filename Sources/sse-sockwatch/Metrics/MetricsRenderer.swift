internal import Companion
internal import HostSystem
internal import MetricsExport
internal import SockDiag
internal import SockWatch

/// Writes an observation as Prometheus reads it.
struct MetricsRenderer {
    let observation: Observation
    var writer: ExpositionWriter
    private let ports: [PortSnapshot]
    /// The labels that each port's series begin with.
    private let portLabels: [RenderedLabels]
    let drifts: [(found: Drift, labels: RenderedLabels)]
    private let companions: [(outcome: CompanionOutcome, labels: RenderedLabels)]

    /// The metrics that are the same for everybody who sees the observation. The exposition is to be ended with
    /// ``renderEnd(agent:format:process:)``.
    static func render(_ observation: Observation, format: ExpositionFormat) -> [UInt8] {
        var renderer = MetricsRenderer(observation, format)
        renderer.writePorts()
        renderer.writeServices()
        renderer.writeEvidence()
        renderer.writeCompanions()
        renderer.writeSampling()
        return renderer.writer.finish(isWhole: false)
    }

    private init(_ observation: Observation, _ format: ExpositionFormat) {
        self.observation = observation
        ports = observation.sample.snapshot.ports
        writer = ExpositionWriter(format: format, reservingCapacity: 16 << 10 + ports.count * 8 << 10)
        portLabels = ports.map { Self.labels(String($0.watched.port), in: $0.namespace) }
        drifts = observation.sample.snapshot.drifts.map {
            ($0.drift, Self.labels($0.ports.description, in: $0.namespace))
        }
        companions = observation.companions.outcomes.sorted { $0.key < $1.key }.map { label, outcome in
            (outcome, Self.labels(label, in: observation.namespace(ofCompanion: label)))
        }
    }

    private static func labels(_ port: String, in namespace: String?) -> RenderedLabels {
        let labels: RenderedLabels = ["port": port]
        return namespace.map { labels.adding("netns", $0) } ?? labels
    }

    // MARK: Ports

    /// Writes a family of all ports. Each is lent and not copied: a copy would count references to all its arrays.
    @inline(__always)
    mutating func write(
        _ descriptor: MetricDescriptor,
        each body: (inout FamilyWriter, RenderedLabels, borrowing PortSnapshot) -> Void
    ) {
        let (ports, labels) = (ports, portLabels)
        writer.family(descriptor) { family in
            let lent = ports.span
            for place in lent.indices { body(&family, labels[place], lent[place]) }
        }
    }

    /// Writes a family with one number for each port.
    @inline(__always)
    mutating func write(_ descriptor: MetricDescriptor, _ value: (borrowing PortSnapshot) -> some FixedWidthInteger) {
        write(descriptor, each: { family, labels, port in family.sample(labels, value(port)) })
    }

    private mutating func writePorts() {
        let states = TCPState.connectionStates.map { ($0, ["state": $0.label] as RenderedLabels) }
        write(MetricCatalogue.sockets) { family, labels, port in
            for (state, label) in states { family.sample(labels, and: label, port.tally[state]) }
        }
        let conditions = PortCondition.allCases.map { ($0, ["condition": $0.rawValue] as RenderedLabels) }
        write(MetricCatalogue.condition) { family, labels, port in
            for (condition, label) in conditions where port.judges(condition) {
                family.sample(labels, and: label, port.holds(condition) ? 1 : 0)
            }
        }
        write(MetricCatalogue.closeWaitEntered) { $0.closeWait.entered }
        write(MetricCatalogue.closeWaitLeft) { $0.closeWait.left }
        write(MetricCatalogue.closeWaitOldestAge) { family, labels, port in
            family.sample(labels, port.closeWait.oldestAge)
        }
        let causes = CloseWaitSnapshot.Cause.allCases.map { ($0, ["cause": $0.rawValue] as RenderedLabels) }
        write(MetricCatalogue.closeWaitStuck) { family, labels, port in
            for (cause, label) in causes { family.sample(labels, and: label, port.closeWait.stuck(cause)) }
        }
        write(MetricCatalogue.closeWaitDuration) { family, labels, port in
            family.histogram(labels, port.closeWait.durations)
        }
        write(MetricCatalogue.sendQueue) { $0.tally.sendQueueBytes }
        write(MetricCatalogue.receiveQueue) { $0.tally.receiveQueueBytes }
        write(MetricCatalogue.sendQueueLargest) { $0.tally.sendQueueLargestBytes }
        write(MetricCatalogue.listeners) { $0.tally.listeners }
        write(MetricCatalogue.listenBacklog) { $0.tally.acceptQueue }
        write(MetricCatalogue.listenBacklogLimit) { family, labels, port in
            if let limit = port.tally.acceptQueueLimit { family.sample(labels, limit) }
        }
        write(MetricCatalogue.listenBacklogFullest) { family, labels, port in
            if port.tally.acceptQueueLimit != nil { family.sample(labels, port.acceptQueuePeak.ratio) }
        }
        write(MetricCatalogue.portInfo) { family, labels, port in
            family.sample(labels, and: ["name": port.watched.name, "side": port.watched.side.rawValue], 1)
        }
    }

    private mutating func writeServices() {
        let established: RenderedLabels = ["state": TCPState.established.label]
        let closeWait: RenderedLabels = ["state": TCPState.closeWait.label]
        let names = observation.serviceNames
        write(MetricCatalogue.socketsByService) { family, labels, port in
            for service in ServiceCount.services(of: port.cgroups, named: names) {
                let labels = labels.adding("service", service.service)
                family.sample(labels, and: established, service.counts.established)
                family.sample(labels, and: closeWait, service.counts.closeWait)
            }
        }
    }

    // MARK: Companions

    private mutating func writeCompanions() {
        writer.family(MetricCatalogue.companionUp) { family in
            for companion in companions { family.sample(companion.labels, companion.outcome.isUp ? 1 : 0) }
        }
        writer.family(MetricCatalogue.companionDuration) { family in
            for companion in companions { family.sample(companion.labels, companion.outcome.duration.inSeconds) }
        }
        write(MetricCatalogue.companionActive) { $0.activeConnections }
        write(MetricCatalogue.companionReconnections) { reading in
            if case .total(let total, _) = reading.reconnections { total } else { nil }
        }
        write(MetricCatalogue.companionReconnectionRate) { reading in
            if case .rate(let rate) = reading.reconnections { rate } else { nil }
        }
        write(MetricCatalogue.companionIdleTimeouts) { $0.idleTimeoutEvents }
        write(MetricCatalogue.companionHeartbeatsExpected) { reading in
            if case .counters(let expected, _, _) = reading.heartbeats { expected } else { nil }
        }
        write(MetricCatalogue.companionHeartbeatsMissed) { reading in
            if case .counters(_, let missed, _) = reading.heartbeats { missed } else { nil }
        }
        write(MetricCatalogue.companionHeartbeatMissRatio) { reading in
            if case .ratio(let ratio) = reading.heartbeats { ratio } else { nil }
        }
        writer.family(MetricCatalogue.companionRefused) { family in
            for companion in companions { family.sample(companion.labels, companion.outcome.refusedTotal) }
        }
    }

    /// A value that a server may or may not offer. What could not be read has no series: it vanishes, it never repeats.
    private mutating func write(_ descriptor: MetricDescriptor, _ value: (CompanionReading) -> Double?) {
        writer.family(descriptor) { family in
            for companion in companions {
                guard let value = companion.outcome.reading.flatMap(value) else { continue }
                family.sample(companion.labels, value)
            }
        }
    }

    // MARK: Sampling

    private mutating func writeSampling() {
        let sample = observation.sample
        let statistics = sample.statistics
        let readsCompanions = observation.agent.readsCompanions
        writer.family(MetricCatalogue.collectorSuccess) { family in
            let isGood = sample.failure == nil && sample.snapshot.sampledAt != nil
            family.sample(["collector": "sockets"], isGood ? 1 : 0)
            if let hearsEvents = statistics.hearsEvents { family.sample(["collector": "events"], hearsEvents ? 1 : 0) }
            if readsCompanions { family.sample(["collector": "companion"], observation.companions.isGood ? 1 : 0) }
        }
        writer.family(MetricCatalogue.collectorDuration) { family in
            family.sample(["collector": "sockets"], statistics.lastDuration)
            if readsCompanions { family.sample(["collector": "companion"], observation.companions.duration) }
        }
        writer.family(MetricCatalogue.samples) { $0.sample(statistics.samples) }
        writer.family(MetricCatalogue.sampleFailures) { $0.sample(statistics.failures) }
        writer.family(MetricCatalogue.sampleDuration) { $0.histogram(.none, statistics.durations) }
        writer.family(MetricCatalogue.sampleInterval) { $0.sample(statistics.interval) }
        writer.family(MetricCatalogue.lastSample) { $0.sample(statistics.lastGood?.seconds ?? 0) }
        writer.family(MetricCatalogue.networkNamespaces) { family in
            for outcome in NamespaceStatus.Outcome.allCases {
                family.sample(["outcome": outcome.rawValue], sample.namespaces.counts[outcome] ?? 0)
            }
        }
        writer.family(MetricCatalogue.trackedSockets) { $0.sample(sample.snapshot.trackedSockets) }
        writer.family(MetricCatalogue.trackedSocketsLimit) { $0.sample(sample.snapshot.trackedSocketsLimit) }
        writer.family(MetricCatalogue.untrackedSockets) { $0.sample(sample.snapshot.untrackedSockets) }
        writer.family(MetricCatalogue.dumpRetries) { $0.sample(statistics.retries) }
        writer.family(MetricCatalogue.eventsLost) { $0.sample(statistics.eventsLost) }
    }
}

extension FamilyWriter {
    mutating func histogram(_ labels: RenderedLabels, _ histogram: Histogram) {
        self.histogram(labels, bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}
