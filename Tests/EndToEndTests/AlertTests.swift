import NetworkLab
import Testing

extension EndToEnd.Monitored {
    @Suite("Alerts")
    struct AlertTests {
        private let monitoring: Monitoring

        init() throws {
            monitoring = try MonitoringTrait.monitoring
        }

        @Test("every rule is evaluated without an error")
        func health() async throws {
            let rules = try await eventually("every rule was evaluated", within: .seconds(30)) {
                try monitoring.prometheus.rules()
            } until: { rules in
                !rules.contains { $0.health == "unknown" }
            }
            #expect(rules.count > 10)
            for rule in rules { #expect(rule.health == "ok", "\(rule.name): \(rule.lastError ?? "")") }
        }

        @Test("a leak and missed heartbeats reach the webhook, and so does their end")
        func leakAndMissedHeartbeats() async throws {
            let expected = ["SSECloseWaitStuck", "SSECloseWaitAccumulating", "SSEHeartbeatMissRateHigh"]
            let clock = ContinuousClock()

            let broken = clock.now
            try monitoring.agents.switchFaults(("leak", "on"), ("skip_heartbeats", "0.1"))
            for alert in try await waitFor("firing", expected, since: broken) {
                #expect(alert.labels["port"] == monitoring.agents.demoPort)
                #expect(alert.labels["instance"] == monitoring.agents.demo.instance)
                #expect(alert.annotations["summary"]?.isEmpty == false)
                let description = alert.annotations["description"] ?? ""
                #expect(description.lowercased().contains("port \(monitoring.agents.demoPort) of "), "\(description)")
                #expect(!description.contains("<no value>"), "\(description)")
                #expect(alert.annotations["runbook_url"]?.hasSuffix("/docs/runbooks/\(alert.name).md") == true)
                #expect(throws: Never.self) { try Repository.text(of: "docs/runbooks/\(alert.name).md") }
            }

            let healed = clock.now
            try monitoring.agents.switchFaults(("heal", "on"))
            _ = try await waitFor("resolved", expected, since: healed)

            let others = try monitoring.alertmanager.notifications.received.filter { !expected.contains($0.name) }
            #expect(others.isEmpty, "alerts that nothing was the cause of")
        }

        /// Waits until the newest notification about each alert has the status, and prints how long each took.
        private func waitFor(
            _ status: String,
            _ alerts: [String],
            since start: ContinuousClock.Instant
        ) async throws -> [Notification] {
            var waiting = Set(alerts)
            var found: [Notification] = []
            try await eventually("the webhook receives all of \(alerts) as \(status)", within: .seconds(120)) {
                for alert in waiting {
                    guard let newest = try monitoring.alertmanager.notifications.newest(about: alert) else { continue }
                    guard newest.status == status else { continue }
                    waiting.remove(alert)
                    found.append(newest)
                    let seconds = (ContinuousClock.now - start).components.seconds
                    print(
                        "\(alert) \(status) at the webhook after \(seconds) s: \(newest.annotations["description"] ?? "")"
                    )
                }
                return waiting
            } until: {
                $0.isEmpty
            }
            return found
        }
    }
}
