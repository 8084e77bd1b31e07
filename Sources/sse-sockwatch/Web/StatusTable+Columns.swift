internal import Companion
internal import SockDiag
internal import SockWatch

extension StatusTable {
    /// All that a cell can be made of.
    struct PortFacts {
        let port: PortSnapshot
        /// What the server itself says; nil when it is not asked.
        let outcome: CompanionOutcome?

        var evidence: Evidence { port.evidence }
        /// Nil where connections are not followed one by one.
        var liveness: LivenessTally? { port.evidence.followsConnections ? port.evidence.liveness : nil }
    }

    struct Column {
        let name: String
        let meaning: String
        /// The cell as HTML; nil where there is nothing to say.
        let value: @Sendable (PortFacts) -> String?

        init(_ name: String, _ meaning: String, _ value: @escaping @Sendable (PortFacts) -> String?) {
            self.name = name
            self.meaning = meaning
            self.value = value
        }
    }

    static let columns = [
        Column("ESTABLISHED", "Connections that are open on both sides.") { "\($0.port.tally[.established])" },
        Column("half-open", "Open connections whose peer no longer answers.") {
            $0.liveness.map { trouble($0.halfOpen) }
        },
        Column("silent", "Open connections that have had nothing for one and a half heartbeats.") { facts in
            facts.evidence.heartbeats.interval.flatMap { _ in facts.liveness.map { trouble($0.silent) } }
        },
        Column("slow", "Open connections whose peer reads more slowly than is written.") {
            $0.liveness.map { trouble($0.slowConsumers) }
        },
        Column("CLOSE_WAIT", "Connections whose peer has closed and that this side has not closed. It alone can.") {
            "\($0.port.tally[.closeWait])"
        },
        Column("stuck", "Those in CLOSE_WAIT for longer than close_wait_stuck_after, and the age of the oldest.") {
            facts in
            let oldest = facts.port.closeWait.oldestAge
            let age = facts.port.tally[.closeWait] == 0 ? "" : " <small>\(AgeText(seconds: oldest))</small>"
            return trouble(facts.port.closeWait.stuck) + age
        },
        Column("accept queue", "Connections that wait to be accepted, and how many may. The kernel lets one more in.") {
            facts in
            guard facts.port.watched.side == .server else { return nil }
            let limit = facts.port.tally.acceptQueueLimit.map { " <small>of \($0)</small>" } ?? ""
            return "\(facts.port.tally.acceptQueue)" + limit
        },
        Column("send queue", "What was written here and not acknowledged by the peers.") {
            bytes($0.port.tally.sendQueueBytes)
        },
        Column("opened, closed /s", "Connections that began and that ended, per second over the last minute.") {
            facts in
            guard facts.evidence.countsChurn else { return nil }
            return facts.evidence.churnRate.map { "\(short($0.opened)), \(short($0.closed))" }
        },
        Column(
            "beats missed",
            "The share of heartbeats that the kernel has not seen, of late: over 5 minutes, or more if few were due."
        ) { facts in
            facts.evidence.recentHeartbeats.map { percent($0.missRatio) }
        },
        Column("server says", "The share of heartbeats that the server has not sent, in its own words.") { facts in
            facts.outcome?.reading?.heartbeats?.missRatio.map(percent)
        },
        Column("server counts", "Streams that the server itself believes to be open, over all ports of the watch.") {
            facts in
            guard let outcome = facts.outcome else { return nil }
            if let failure = outcome.failure { return badge("down", of: "unknown", title: failure.description) }
            return outcome.reading?.activeConnections.map(plain)
        },
        Column("drift", "How many connections the kernel has more than the server counts.") { facts in
            facts.evidence.drift.map { ($0.value > 0 ? "+" : "") + plain($0.value) }
        },
        Column("path timeout", "The idle time after which something on the path ends connections.") { facts in
            facts.evidence.churn.pathIdleTimeout.map { "\(plain($0))&nbsp;s" }
        },
    ]

    /// A count that should be 0.
    private static func trouble(_ count: Int) -> String {
        count == 0 ? "0" : "<b>\(count)</b>"
    }

    private static func percent(_ ratio: Double) -> String {
        "\(plain((ratio * 100).rounded(toPlaces: 1)))&nbsp;%"
    }

    /// With as many digits as mean something: `0.03`, `4.2`, `130`
    private static func short(_ value: Double) -> String {
        plain(value.rounded(toPlaces: value < 1 ? 2 : value < 10 ? 1 : 0))
    }

    /// `0 B`, `12.5 KiB`, `3 MiB`
    private static func bytes(_ count: UInt64) -> String {
        var (value, unit) = (Double(count), "B")
        for larger in ["KiB", "MiB", "GiB"] where value >= 1024 { (value, unit) = (value / 1024, larger) }
        return "\(plain(value.rounded(toPlaces: 1)))&nbsp;\(unit)"
    }

    static func plain(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
