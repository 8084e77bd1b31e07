public import SockDiag

/// The bounds by which a port's condition is judged.
public struct ConditionThresholds: Hashable, Sendable {
    /// A socket that is in CLOSE_WAIT for longer is stuck. Seconds, more than 0.
    public var closeWaitStuckAfter: Double
    /// The time over which the floor of the CLOSE_WAIT count must rise to be called accumulation. Seconds, more than 0.
    public var closeWaitWindow: Double
    /// An accept queue that is fuller is backlogged. A share, 0 to 1.
    public var backlogRatio: Double

    public init(closeWaitStuckAfter: Double = 60, closeWaitWindow: Double = 120, backlogRatio: Double = 0.8) {
        self.closeWaitStuckAfter = closeWaitStuckAfter
        self.closeWaitWindow = closeWaitWindow
        self.backlogRatio = backlogRatio
    }
}

/// One port that the agent watches.
public struct WatchedPort: Hashable, Sendable {
    /// Which end of the connections the port is on.
    public enum Side: String, CaseIterable, Hashable, Sendable {
        /// The local port: the sockets of a server on this machine.
        case server
        /// The remote port: the sockets with which this machine is a client, as a proxy is of its upstreams.
        case client
    }

    public let port: UInt16
    public let side: Side
    /// What people call the port; empty when it has no name.
    public let name: String
    public let thresholds: ConditionThresholds
    /// How often the server is to write to each connection, in seconds. Nil when it is not known; then it is learned.
    public let heartbeatInterval: Double?

    public init(
        port: UInt16,
        side: Side = .server,
        name: String = "",
        thresholds: ConditionThresholds = .init(),
        heartbeatInterval: Double? = nil
    ) {
        self.port = port
        self.side = side
        self.name = name
        self.thresholds = thresholds
        self.heartbeatInterval = heartbeatInterval
    }
}

/// How far single connections are looked at.
public struct EvidenceSettings: Hashable, Sendable {
    /// Off: only sockets in CLOSE_WAIT are remembered, and `tcp_info` is not asked for.
    public var isOn: Bool
    /// Of a port with more connections than this only a share is followed, and scaled. 1 or more.
    public var sampleAbove: Int
    /// The most sockets, of all ports together, whose history is kept. An entry takes some 55 bytes,
    /// 48 of them its own and the others its index's.
    public var trackedSocketsLimit: Int
    /// Whether events tell of the ends of connections.
    public var hasEvents: Bool
    /// Whether connections are counted by the cgroup of their sockets.
    public var countsCgroups: Bool

    public init(
        isOn: Bool = true,
        sampleAbove: Int = 200_000,
        trackedSocketsLimit: Int = 1_000_000,
        hasEvents: Bool = false,
        countsCgroups: Bool = false
    ) {
        self.isOn = isOn
        self.sampleAbove = sampleAbove
        self.trackedSocketsLimit = trackedSocketsLimit
        self.hasEvents = hasEvents
        self.countsCgroups = countsCgroups
    }
}

/// All ports that the agent watches, and what it may spend on them.
public struct WatchPlan: Hashable, Sendable {
    /// Sorted by port and side; each once.
    public let ports: [WatchedPort]
    /// What is looked at one by one.
    public var evidence: EvidenceSettings

    /// - Parameter ports: in any order. When a port is named twice on the same side, the first one counts.
    public init(ports: [WatchedPort], evidence: EvidenceSettings = .init()) {
        var seen: Set<Key> = []
        self.ports = ports.filter { seen.insert(Key($0)).inserted }
            .sorted { ($0.port, $0.side.rawValue) < ($1.port, $1.side.rawValue) }
        self.evidence = evidence
    }

    /// What tells watched ports apart.
    struct Key: Hashable {
        let port: UInt16
        let side: WatchedPort.Side

        init(_ watched: WatchedPort) {
            port = watched.port
            side = watched.side
        }
    }

    /// The filter that asks the kernel for all of them at once.
    public var filter: PortFilter {
        PortFilter(local: ports(on: .server), remote: ports(on: .client))
    }

    private func ports(on side: WatchedPort.Side) -> PortSet {
        PortSet(ports.lazy.filter { $0.side == side }.map(\.port))
    }
}
