extension DemoApplication {
    /// The server's own numbers, under the plain names that an application would give them, in Prometheus' text format.
    var metrics: String {
        let reconnectionRate = Double(reconnections.total(at: second)) / Double(DemoMinute.seconds)
        let families: [(name: String, type: String, help: String, value: String)] = [
            (
                "active_connections", "gauge", "Event streams that the application believes to be open.",
                "\(activeConnections)"
            ),
            (
                "reconnection_rate", "gauge",
                "Streams per second opened with a Last-Event-ID, over the last 60 seconds.",
                "\(reconnectionRate)"
            ),
            ("idle_timeout_events", "counter", "Streams that the server ended at its idle limit.", "\(idleTimeouts)"),
            (
                "heartbeat_miss_rate", "gauge",
                "Share of the due heartbeats not written, over the last 60 seconds, 0 to 1.",
                "\(heartbeats.missRate(at: second))"
            ),
            ("heartbeats_expected_total", "counter", "Heartbeats that were due.", "\(heartbeats.expected)"),
            ("heartbeats_missed_total", "counter", "Heartbeats that were due and not written.", "\(heartbeats.missed)"),
        ]
        return families.map { family in
            """
            # HELP \(family.name) \(family.help)
            # TYPE \(family.name) \(family.type)
            \(family.name) \(family.value)

            """
        }.joined()
    }
}
