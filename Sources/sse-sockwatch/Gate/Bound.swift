internal import SockWatch

/// What a check holds a port to.
enum Bound: Hashable, Sendable {
    /// Fewest connections in ESTABLISHED.
    case minEstablished(Int)
    /// Most sockets in CLOSE_WAIT.
    case maxCloseWait(Int)
    /// Most sockets that are stuck in CLOSE_WAIT.
    case maxStuck(Int)
    /// The largest share of the heartbeats that may be missed, 0 to 1.
    case maxHeartbeatMiss(Double)
    /// Most half-open connections.
    case maxHalfOpen(Int)
    /// The largest share of the established connections that may be half-open, 0 to 1.
    case maxHalfOpenShare(Double)
    /// By how many connections the server's number may be off, in either direction.
    case maxDrift(Int)
    /// How many connections may come back in a second.
    case maxReconnectRate(Double)
    /// A condition that must not hold. What is judged when no bound is given.
    case not(PortCondition)

    /// What the bound is called in reports; with two dashes before it, the flag.
    var name: String {
        switch self {
        case .minEstablished: "min-established"
        case .maxCloseWait: "max-close-wait"
        case .maxStuck: "max-stuck"
        case .maxHeartbeatMiss: "max-heartbeat-miss"
        case .maxHalfOpen, .maxHalfOpenShare: "max-half-open"
        case .maxDrift: "max-drift"
        case .maxReconnectRate: "max-reconnect-rate"
        case .not(let condition): condition.rawValue
        }
    }

    /// The bound's number. Nil for a condition.
    var limit: Double? {
        switch self {
        case .minEstablished(let count), .maxCloseWait(let count), .maxStuck(let count), .maxHalfOpen(let count),
            .maxDrift(let count):
            Double(count)
        case .maxHeartbeatMiss(let number), .maxHalfOpenShare(let number), .maxReconnectRate(let number): number
        case .not: nil
        }
    }

    /// What may be, for people.
    var limitText: String {
        guard let limit else { return "must not hold" }
        return (isMaximum ? "at most " : "at least ") + text(limit)
    }

    /// A number in the bound's unit, for people.
    func text(_ number: Double) -> String {
        switch self {
        case .maxHeartbeatMiss, .maxHalfOpenShare: (number * 100).shownText + "%"
        case .maxReconnectRate: number.shownText + "/s"
        case .not: number == 0 ? "no" : "yes"
        default: number.shownText
        }
    }

    /// Whether a number that was measured breaks the bound.
    func isBroken(by measured: Double) -> Bool {
        isMaximum ? abs(measured) > limit ?? 0 : measured < limit ?? 0
    }

    /// Whether less is better.
    var isMaximum: Bool {
        if case .minEstablished = self { false } else { true }
    }

    /// Whether it is about what procfs does not tell.
    var needsSockDiag: Bool {
        switch self {
        case .maxHeartbeatMiss, .maxHalfOpen, .maxHalfOpenShare, .maxReconnectRate: true
        case .not(let condition):
            [.backlogged, .halfOpen, .silent, .slowConsumers, .reconnectStorm].contains(condition)
        case .minEstablished, .maxCloseWait, .maxStuck, .maxDrift: false
        }
    }

    /// Whether the user asked for it, so that the check fails when it cannot be judged.
    var isGiven: Bool { limit != nil }
}

extension Bound {
    /// The conditions that a port of this side can have.
    static func conditions(of side: WatchedPort.Side) -> [Bound] {
        PortCondition.allCases.filter { condition in
            switch condition {
            case .healthy, .unknown: false
            case .noListener: side == .server
            default: true
            }
        }.map(Bound.not)
    }
}

extension Double {
    /// At most four decimal places, and none that are zero.
    var shownText: String {
        let rounded = rounded(toPlaces: 4)
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
