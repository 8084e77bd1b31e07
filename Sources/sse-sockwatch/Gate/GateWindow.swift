internal import SockWatch

/// What was seen of all ports while they were checked.
struct GateWindow: Sendable {
    private struct Key: Hashable {
        let port: UInt16
        let side: WatchedPort.Side
        let namespace: String?

        init(_ snapshot: PortSnapshot) {
            port = snapshot.watched.port
            side = snapshot.watched.side
            namespace = snapshot.namespace
        }
    }

    private var ports: [Key: PortWindow] = [:]
    private(set) var firstAt: MonotonicInstant?
    /// The newest observation.
    private(set) var last: Observation?
    /// Good samples that were looked at.
    private(set) var samples = 0
    private var lostEventsBefore: UInt64 = 0

    /// Takes what there is to see now. What was seen before is not counted twice.
    mutating func add(_ observation: Observation) {
        let before = last?.sample.snapshot.sampledAt
        last = observation
        let snapshot = observation.sample.snapshot
        guard let sampledAt = snapshot.sampledAt, sampledAt != before else { return }
        if firstAt == nil {
            firstAt = sampledAt
            lostEventsBefore = observation.sample.statistics.eventsLost
        }
        samples += 1
        var next: [Key: PortWindow] = [:]
        for port in snapshot.ports {
            var window = ports[Key(port)]
            window?.add(port, at: sampledAt)
            next[Key(port)] = window ?? PortWindow(port, at: sampledAt)
        }
        ports = next
    }

    /// Seconds from the first good sample to the last.
    var seconds: Double {
        guard let firstAt, let lastAt = last?.sample.snapshot.sampledAt else { return 0 }
        return lastAt.seconds(since: firstAt)
    }

    /// The ports of the last sample, in its order.
    var portWindows: [PortWindow] { last?.sample.snapshot.ports.compactMap { ports[Key($0)] } ?? [] }

    /// Whether all ends of connections were heard of, where they were to be.
    var heardAllEnds: Bool {
        guard let statistics = last?.sample.statistics else { return false }
        return statistics.hearsEvents != false && statistics.eventsLost == lostEventsBefore
    }

    /// Why nothing can be said about any port. Nil when something can.
    var silence: String? {
        guard let last else { return "the kernel was not asked" }
        let sample = last.sample
        guard sample.snapshot.sampledAt != nil else { return sample.failure ?? "the kernel has not answered" }
        if sample.snapshot.ports.isEmpty { return "no port is watched, for nobody listens; name one with --port" }
        let unknown = sample.snapshot.ports.lazy.compactMap { $0.findings.first { $0.condition == .unknown } }.first
        return unknown.map { "\($0.sentence) \(sample.failure ?? "")" }
    }
}
