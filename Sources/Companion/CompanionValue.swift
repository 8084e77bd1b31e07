/// What the agent wants to know from a server. The raw value is the name in a configuration, and the name under which
/// the value is found without any mapping.
public enum CompanionValue: String, Sendable, Hashable, CaseIterable {
    /// Streams that the server believes to be open.
    case activeConnections = "active_connections"
    /// Connections opened again: a rate per second, or a counter of them.
    case reconnectionRate = "reconnection_rate"
    /// Streams that the server ended because nothing happened on them: a counter.
    case idleTimeoutEvents = "idle_timeout_events"
    /// The share of heartbeats that were not sent.
    case heartbeatMissRate = "heartbeat_miss_rate"
    /// Heartbeats that were due: a counter.
    case heartbeatsExpected = "heartbeats_expected"
    /// Heartbeats that were due and not sent: a counter.
    case heartbeatsMissed = "heartbeats_missed"

    /// The kinds that make sense for this value. The first is assumed where nothing else is known.
    public var kinds: [CompanionKind] {
        switch self {
        case .activeConnections: [.gauge]
        case .reconnectionRate: [.gauge, .counter]
        case .idleTimeoutEvents, .heartbeatsExpected, .heartbeatsMissed: [.counter]
        case .heartbeatMissRate: [.ratio, .percent]
        }
    }

    /// How several matching samples become one value: counts add up, of shares the worst counts.
    public var defaultAggregate: CompanionAggregate {
        self == .heartbeatMissRate ? .max : .sum
    }
}

/// How a number is to be read.
public enum CompanionKind: String, Sendable, Hashable, CaseIterable {
    /// The value as it is now.
    case gauge
    /// A number that grows, until the server restarts.
    case counter
    /// A share from 0 to 1.
    case ratio
    /// A share from 0 to 100.
    case percent
}

/// How the values of several matching samples become one.
public enum CompanionAggregate: String, Sendable, Hashable, CaseIterable {
    case sum
    case max
    /// The one that stands first in the text.
    case first

    /// One value for several, `nil` for none. NaN among them makes the result NaN, so that it is refused as such.
    func combine(_ values: [Double]) -> Double? {
        switch self {
        case .first: values.first
        case .sum: values.isEmpty ? nil : values.reduce(0, +)
        case .max: values.contains(where: \.isNaN) ? .nan : values.max()
        }
    }
}
