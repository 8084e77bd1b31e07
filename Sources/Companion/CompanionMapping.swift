/// Where each value is found in a server's numbers.
public struct CompanionMapping: Sendable, Hashable {
    /// For each value the rules that may find it. The first rule that any sample matches is used, the others are not.
    public private(set) var rules: [CompanionValue: [CompanionRule]]

    /// - Precondition: Every rule passes ``CompanionRule/validate(for:)``; a rule that does not finds its value in the
    ///   first of ``CompanionValue/kinds``.
    public init(rules: [CompanionValue: [CompanionRule]] = [:]) {
        self.rules = rules
    }

    /// This mapping with another's rules in place of its own wherever the other has some.
    public func overridden(by other: CompanionMapping) -> CompanionMapping {
        CompanionMapping(rules: rules.merging(other.rules) { _, override in override })
    }

    /// The plain names, with and without `sse_` (or in an object `sse` of a JSON document).
    public static let plainNames = CompanionMapping(rules: [
        .activeConnections: plain(["active_connections"]),
        // The counter stands first: a rate of it covers any time span, a rate that the server took only its own.
        .reconnectionRate: plain(["reconnections_total", "reconnections"], kind: .counter)
            + plain(["reconnection_rate"], kind: .gauge),
        .idleTimeoutEvents: plain(["idle_timeout_events_total", "idle_timeout_events"]),
        .heartbeatMissRate: plain(["heartbeat_miss_rate", "heartbeat_miss_ratio"]),
        .heartbeatsExpected: plain(["heartbeats_expected_total", "heartbeats_expected"]),
        .heartbeatsMissed: plain(["heartbeats_missed_total", "heartbeats_missed"]),
    ])

    private static func plain(_ names: [String], kind: CompanionKind? = nil) -> [CompanionRule] {
        names.flatMap { name in
            ["", "sse_", "sse."].map { CompanionRule(name: .equal($0 + name), kind: kind) }
        }
    }
}
