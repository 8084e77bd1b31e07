public import SockDiag

/// What the engine knows at one moment. Every face of the agent reads the same one, so a number means the same
/// everywhere.
public struct Snapshot: Sendable {
    /// When the kernel was last asked with success. Nil before the first time.
    public let sampledAt: MonotonicInstant?
    public let ports: [PortSnapshot]
    /// What servers say of their connections against what the kernel says, once for each server.
    public let drifts: [PortDrift]
    /// Sockets whose history is kept, and the most that may be.
    public let trackedSockets: Int
    public let trackedSocketsLimit: Int
    /// Sockets whose history would be kept if there were room.
    public let untrackedSockets: Int

    public init(
        sampledAt: MonotonicInstant?,
        ports: [PortSnapshot],
        drifts: [PortDrift] = [],
        trackedSockets: Int,
        trackedSocketsLimit: Int,
        untrackedSockets: Int
    ) {
        self.sampledAt = sampledAt
        self.ports = ports
        self.drifts = drifts
        self.trackedSockets = trackedSockets
        self.trackedSocketsLimit = trackedSocketsLimit
        self.untrackedSockets = untrackedSockets
    }
}

/// The drift of a server, and the ports that it speaks for.
public struct PortDrift: Hashable, Sendable {
    /// What people call the network namespace that the server is in. The engine leaves it nil.
    public var namespace: String?
    public let ports: PortSet
    public let drift: Drift
}

/// One port at one moment.
public struct PortSnapshot: Hashable, Sendable {
    public let watched: WatchedPort
    /// What people call the network namespace that the port is in. The engine leaves it nil: it knows of one only.
    public var namespace: String?
    /// Whether there has ever been a socket on the port.
    public internal(set) var hasBeenSeen = true
    public let tally: PortTally
    /// The fullest accept queue of the port since the scheduled sample before the last.
    public let acceptQueuePeak: AcceptQueueFill
    public let cgroups: CgroupCounts
    public let closeWait: CloseWaitSnapshot
    public let evidence: Evidence
    /// What holds, the worst first. Empty when the port is healthy.
    public let findings: [Finding]

    /// The worst condition that holds.
    public var condition: PortCondition { findings.first?.condition ?? .healthy }

    /// Whether a condition holds.
    public func holds(_ condition: PortCondition) -> Bool {
        condition == .healthy ? findings.isEmpty : findings.contains { $0.condition == condition }
    }

    /// Whether it can be told that a condition does or does not hold: nothing is said where what it takes is not collected
    /// or not known.
    public func judges(_ condition: PortCondition) -> Bool {
        if holds(condition) { return true }
        return switch condition {
        case .halfOpen, .slowConsumers: evidence.followsConnections
        case .silent: evidence.followsConnections && evidence.heartbeats.interval != nil
        case .reconnectStorm: evidence.countsChurn
        case .drifting: evidence.drift != nil
        case .unknown, .noListener, .closeWaitStuck, .closeWaitAccumulating, .backlogged, .healthy: true
        }
    }
}

/// The sockets of one port in CLOSE_WAIT.
public struct CloseWaitSnapshot: Hashable, Sendable {
    /// Why a socket is stuck in CLOSE_WAIT.
    public enum Cause: String, CaseIterable, Hashable, Sendable {
        /// A process holds the descriptor and does not close it.
        case unclosed
        /// The connection waits in the accept queue, and no process has ever taken it.
        case unaccepted
    }

    /// How long the one that is there longest has been there, in seconds; 0 when there is none.
    public internal(set) var oldestAge: Double = 0
    /// Sockets that have been there longer than the port's bound.
    public internal(set) var stuckUnclosed = 0
    public internal(set) var stuckUnaccepted = 0
    /// Sockets that entered and left CLOSE_WAIT since the agent began to watch. What was there at the start counts as
    /// entered, so that `entered - left` is what is there.
    public internal(set) var entered: UInt64 = 0
    public internal(set) var left: UInt64 = 0
    /// How long those that left had been there, in seconds, within one sampling interval.
    public internal(set) var durations = Histogram(bounds: CloseWaitSnapshot.durationBounds)

    public static let durationBounds: [Double] = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600]

    public func stuck(_ cause: Cause) -> Int {
        switch cause {
        case .unclosed: stuckUnclosed
        case .unaccepted: stuckUnaccepted
        }
    }

    public var stuck: Int { stuckUnclosed + stuckUnaccepted }

    mutating func add(age: Double, inode: UInt32, stuckAfter: Double) {
        oldestAge = max(oldestAge, age)
        guard age > stuckAfter else { return }
        if inode == 0 { stuckUnaccepted += 1 } else { stuckUnclosed += 1 }
    }

    mutating func enter() {
        entered += 1
    }

    mutating func leave(after seconds: Double) {
        left += 1
        durations.observe(seconds)
    }

    /// Clears what is true of one sample only; counters and the histogram go on.
    mutating func beginSample() {
        oldestAge = 0
        stuckUnclosed = 0
        stuckUnaccepted = 0
    }
}
