/// A server's own numbers at one moment, checked and in fixed units.
public struct CompanionReading: Sendable, Equatable {
    /// What is known about connections opened again.
    public enum Reconnections: Sendable, Equatable {
        /// The server's counter as it offers it, and how fast it grew since the reading before, per second: `nil` for a
        /// first reading.
        case total(Double, ratePerSecond: Double?)
        /// A rate per second that the server took itself.
        case rate(Double)

        /// Reconnections per second, whoever took the rate.
        public var ratePerSecond: Double? {
            switch self {
            case .total(_, let rate): rate
            case .rate(let rate): rate
            }
        }
    }

    /// What is known about heartbeats.
    public enum Heartbeats: Sendable, Equatable {
        /// The server's counters as it offers them, and the share that was missed since the reading before, 0 to 1:
        /// `nil` for a first reading or when no heartbeat was due. More misses than heartbeats are refused, both.
        case counters(expected: Double, missed: Double, missRatio: Double?)
        /// A share from 0 to 1 that the server took itself.
        case ratio(Double)

        /// The share of heartbeats missed, 0 to 1, whoever took it.
        public var missRatio: Double? {
            switch self {
            case .counters(_, _, let ratio): ratio
            case .ratio(let ratio): ratio
            }
        }
    }

    public var activeConnections: Double?
    public var reconnections: Reconnections?
    /// The server's counter as it offers it.
    public var idleTimeoutEvents: Double?
    public var heartbeats: Heartbeats?
    /// What the server offered and this reading leaves out.
    public var refused: [RefusedValue]

    public init(
        activeConnections: Double? = nil,
        reconnections: Reconnections? = nil,
        idleTimeoutEvents: Double? = nil,
        heartbeats: Heartbeats? = nil,
        refused: [RefusedValue] = []
    ) {
        self.activeConnections = activeConnections
        self.reconnections = reconnections
        self.idleTimeoutEvents = idleTimeoutEvents
        self.heartbeats = heartbeats
        self.refused = refused
    }
}

/// A number that cannot be what it is offered as.
public struct RefusedValue: Sendable, Hashable, CustomStringConvertible {
    public let name: CompanionValue
    /// The number in the unit in which it was offered.
    public let value: Double
    public let reason: String

    public init(name: CompanionValue, value: Double, reason: String) {
        self.name = name
        self.value = value
        self.reason = reason
    }

    public var description: String { "\(name.rawValue) \(value): \(reason)" }
}
