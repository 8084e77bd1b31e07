import Glibc
import NetworkLab
import Testing

@Suite("Evidence: churn", .networkNamespaces, .serialized)
struct EvidenceChurnTests {
    private static let count = 10_000

    @Test("ten thousand connections that no sample sees are counted to the last one")
    func betweenTwoSamples() async throws {
        let namespace = try LabNamespace()
        let churn = try LabScript.churn.start(in: namespace, "\(Self.count)")
        let label = ["port": "\(try await churn.listeningPort())"]
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: "sampling: { interval: 6s, cpu_budget: 100% }\n",
            "--port",
            "\(try await churn.listeningPort())"
        )
        try await agent.waitForSamples(1)
        let before = try agent.scrape()
        try churn.signal(SIGUSR1)
        let line = try await churn.waitForLine(containing: "churned \(Self.count)")
        #expect(try agent.samples == before.value("samples_total"), "a sample fell into the second of the churn")
        try await agent.waitForSamples(1)
        let after = try agent.scrape()
        func growth(_ name: String, _ label: [String: String]) throws -> Double {
            try #require(after.value(name, label)) - #require(before.value(name, label))
        }
        let opened = try growth("tcp_connections_opened_total", label)
        let closed = try growth("tcp_connections_closed_total", label)
        let lost = try growth("netlink_events_lost_total", [:])
        print("\(line) s: opened \(opened), closed \(closed), events lost \(lost)")
        #expect(opened == Double(Self.count))
        #expect(closed == Double(Self.count))
        #expect(lost == 0)
    }
}
