import NetworkLab

/// The alert rules with time running 20 times as fast: 5 minutes are 15 seconds. Nothing else of them is changed.
enum HastenedRules {
    static let factor = 20

    static func text() throws -> String {
        let rules = try Repository.text(of: "alerts/sse-sockwatch.rules.yml")
        // Ranges, offsets and pending times; not the names of recording rules, which end in 5m.
        var hastened = rules.replacing(/(\[|offset |for: )([0-9]+)m\b/) { match in
            "\(match.1)\((Int(match.2) ?? 0) * 60 / factor)s"
        }
        let limit = "sse_sockwatch_tcp_close_wait_oldest_age_seconds > "
        guard hastened.contains("\(limit)600\n") else { throw LabError("SSECloseWaitStuck has another limit than 600") }
        hastened.replace("\(limit)600\n", with: "\(limit)\(600 / factor)\n")
        return hastened
    }
}
