import MetricsExport
import NetworkLab
import Testing

@Suite("Evidence: switched off", .networkNamespaces, .serialized, .timeLimit(.minutes(1)))
struct EvidenceOffTests {
    @Test("claims nothing of heartbeats, liveness and traffic, and still counts connections by their events")
    func absent() async throws {
        let served = try ServedNamespace(2)
        let agent = try await RunningAgent.start(
            in: served.namespace,
            "--port",
            "\(served.port)",
            "--no-collector.evidence"
        )
        let label = ["port": "\(served.port)"]
        let scrape = try agent.scrape()
        #expect(scrape.value("tcp_sockets", ["port": "\(served.port)", "state": "established"]) == 2)
        #expect(scrape.value("tcp_connections_closed_total", label) == 0)
        for name in [
            "heartbeats_observed_total", "heartbeats_missed_total", "tcp_silent_sockets", "tcp_half_open_sockets",
            "tcp_written_bytes_total", "tcp_send_idle_seconds_count", "evidence_share_ratio",
        ] {
            #expect(scrape.all(name).isEmpty, "\(name) was not looked at")
        }
        func isJudged(_ condition: String, by scrape: Scrape) -> Bool {
            scrape.value("port_condition", label.merging(["condition": condition]) { old, _ in old }) != nil
        }
        for condition in ["half_open", "silent", "slow_consumers", "drifting"] {
            #expect(!isJudged(condition, by: scrape))
        }
        for condition in ["healthy", "close_wait_stuck", "reconnect_storm"] { #expect(isJudged(condition, by: scrape)) }
        let deaf = try await RunningAgent.start(
            in: served.namespace,
            "--port",
            "\(served.port)",
            "--no-collector.evidence",
            "--no-collector.events"
        )
        let heard = try deaf.scrape()
        #expect(heard.all("tcp_connections_closed_total").isEmpty)
        #expect(!isJudged("reconnect_storm", by: heard) && isJudged("healthy", by: heard))
    }
}
