internal import Companion
internal import HostSystem
internal import MetricsExport
internal import SockDiag
internal import SockWatch

/// Writes an observation as Prometheus reads it.
struct MetricsRenderer {
    private let observation: Observation
    var writer: ExpositionWriter
    /// The labels that each port's series begin with.
    let ports: [(snapshot: PortSnapshot, labels: RenderedLabels)]
    let drifts: [(found: Drift, labels: RenderedLabels)]
    private let companions: [(outcome: CompanionOutcome, labels: RenderedLabels)]

    static func render(
        _ observation: Observation,
        format: ExpositionFormat,
        includesAgent: Bool = true,
        process: ProcessStatus? = .current()
    ) -> [UInt8] {
        var renderer = MetricsRenderer(observation, format)
        renderer.writePorts()
        renderer.writeServices()
        renderer.writeEvidence()
        renderer.writeCompanions()
        renderer.writeSampling()
        if includesAgent { renderer.writeAgent(process) }
        return renderer.writer.finish()
    }

    private init(_ observation: Observation, _ format: ExpositionFormat) {
        self.observation = observation
        let snapshots = observation.sample.snapshot.ports
        writer = ExpositionWriter(format: format, reservingCapacity: 16 << 10 + snapshots.count * 4 << 10)
        ports = snapshots.map { ($0, Self.labels(String($0.watched.port), in: $0.namespace)) }
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

    private mutating func writePorts() {
        writer.family(MetricCatalogue.sockets) { family in
            for port in ports {
                for state in TCPState.connectionStates {
                    family.sample(port.labels.adding("state", state.label), port.snapshot.tally[state])
                }
            }
        }
        writer.family(MetricCatalogue.condition) { family in
            for port in ports {
                for condition in PortCondition.allCases {
                    let labels = port.labels.adding("condition", condition.rawValue)
                    family.sample(labels, port.snapshot.holds(condition) ? 1 : 0)
                }
            }
        }
        write(MetricCatalogue.closeWaitEntered) { $0.closeWait.entered }
        write(MetricCatalogue.closeWaitLeft) { $0.closeWait.left }
        writer.family(MetricCatalogue.closeWaitOldestAge) { family in
            for port in ports { family.sample(port.labels, port.snapshot.closeWait.oldestAge) }
        }
        writer.family(MetricCatalogue.closeWaitStuck) { family in
            for port in ports {
                for cause in CloseWaitSnapshot.Cause.allCases {
                    family.sample(port.labels.adding("cause", cause.rawValue), port.snapshot.closeWait.stuck(cause))
                }
            }
        }
        writer.family(MetricCatalogue.closeWaitDuration) { family in
            for port in ports { family.histogram(port.labels, port.snapshot.closeWait.durations) }
        }
        write(MetricCatalogue.sendQueue) { $0.tally.sendQueueBytes }
        write(MetricCatalogue.receiveQueue) { $0.tally.receiveQueueBytes }
        write(MetricCatalogue.sendQueueLargest) { $0.tally.sendQueueLargestBytes }
        write(MetricCatalogue.listeners) { $0.tally.listeners }
        write(MetricCatalogue.listenBacklog) { $0.tally.acceptQueue }
        write(MetricCatalogue.listenBacklogLimit) { $0.tally.acceptQueueLimit }
        writer.family(MetricCatalogue.listenBacklogFullest) { family in
            for port in ports { family.sample(port.labels, port.snapshot.tally.acceptQueueFullestRatio) }
        }
        writer.family(MetricCatalogue.portInfo) { family in
            for port in ports {
                let labels = port.labels.adding("name", port.snapshot.watched.name)
                family.sample(labels.adding("side", port.snapshot.watched.side.rawValue), 1)
            }
        }
    }

    private mutating func writeServices() {
        writer.family(MetricCatalogue.socketsByService) { family in
            for port in ports {
                for service in observation.services(of: port.snapshot) {
                    let labels = port.labels.adding("service", service.service)
                    family.sample(labels.adding("state", TCPState.established.label), service.counts.established)
                    family.sample(labels.adding("state", TCPState.closeWait.label), service.counts.closeWait)
                }
            }
        }
    }

    mutating func write(_ descriptor: MetricDescriptor, _ value: (PortSnapshot) -> some FixedWidthInteger) {
        writer.family(descriptor) { family in
            for port in ports { family.sample(port.labels, value(port.snapshot)) }
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

    // MARK: The agent itself

    private mutating func writeAgent(_ process: ProcessStatus?) {
        let agent = observation.agent
        writer.family(MetricCatalogue.reloadSuccessful) { $0.sample(agent.lastReloadSucceeded ? 1 : 0) }
        writer.family(MetricCatalogue.reloadTimestamp) { $0.sample(agent.lastReloadSuccess.seconds) }
        writer.family(MetricCatalogue.requests) { family in
            for (code, count) in agent.answers.sorted(by: { $0.key < $1.key }) {
                family.sample(["code": String(code)], count)
            }
        }
        writer.family(MetricCatalogue.build) {
            $0.sample(["version": BuildVersion.number, "revision": BuildVersion.revision], 1)
        }
        if let keepalive = KernelKeepalive.current() {
            writer.family(MetricCatalogue.keepaliveTime) { $0.sample(keepalive.time) }
            writer.family(MetricCatalogue.keepaliveInterval) { $0.sample(keepalive.interval) }
            writer.family(MetricCatalogue.keepaliveProbes) { $0.sample(keepalive.probes) }
        }
        guard let process else { return }
        writer.family(MetricCatalogue.processCPU) { $0.sample(process.processorSeconds) }
        writer.family(MetricCatalogue.processResident) { $0.sample(process.residentBytes) }
        writer.family(MetricCatalogue.processVirtual) { $0.sample(process.virtualBytes) }
        writer.family(MetricCatalogue.processOpenFDs) { $0.sample(process.openDescriptors) }
        if let limit = process.descriptorLimit { writer.family(MetricCatalogue.processMaxFDs) { $0.sample(limit) } }
        writer.family(MetricCatalogue.processStart) { $0.sample(process.start.seconds) }
    }
}

extension FamilyWriter {
    mutating func histogram(_ labels: RenderedLabels, _ histogram: Histogram) {
        self.histogram(labels, bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}
