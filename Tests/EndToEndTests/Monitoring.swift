import NetworkLab
import Testing

/// Prometheus and Alertmanager beside the two agents.
struct Monitoring: Sendable {
    let agents: Agents
    let alertmanager: RunningAlertmanager
    let prometheus: RunningPrometheus
}

/// Runs a suite with Prometheus and Alertmanager, which start before its first test and end after its last.
struct MonitoringTrait: SuiteTrait, TestScoping {
    @TaskLocal private static var running: Monitoring?

    /// What watches the agents of the suite that the calling test belongs to.
    static var monitoring: Monitoring {
        get throws { try #require(running, "the suite has no trait .monitoring") }
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let agents = try AgentsTrait.agents
        let alertmanager = try await RunningAlertmanager.start(in: agents.namespace)
        let prometheus = try await RunningPrometheus.start(scraping: agents, notifying: alertmanager.web)
        let monitoring = Monitoring(agents: agents, alertmanager: alertmanager, prometheus: prometheus)
        try await Self.$running.withValue(monitoring, operation: function)
    }
}

extension Trait where Self == MonitoringTrait {
    static var monitoring: Self { Self() }
}

extension EndToEnd {
    @Suite("With Prometheus and Alertmanager", .programs("prometheus", "prometheus-alertmanager"), .monitoring)
    enum Monitored {}
}
