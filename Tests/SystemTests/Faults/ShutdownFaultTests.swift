import Glibc
import HostSystem
import NetworkLab
import Testing

@Suite("Faults: the end in the middle of a scrape", .networkNamespaces, .faults, .timeLimit(.minutes(2)))
struct ShutdownFaultTests {
    @Test("a scrape that is being answered when the agent is told to end is answered whole")
    func scrape() async throws {
        let faults = try LabFaults()
        let namespace = try LabNamespace()
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: "sampling: { interval: 1m }\nwatch: [{ ports: [9] }]\n",
            environment: faults.environment
        )
        try faults.holdReceives(true)
        let stamp = try #require(try agent.scrape().value("last_sample_timestamp_seconds"))
        try await eventually("the sample is too old for a scrape") { WallClock.now.seconds - stamp > 1.2 }
        let scraper = try namespace.connect(to: agent.endpoint)
        try scraper.write("GET /metrics HTTP/1.1\r\nHost: test\r\nAccept: application/openmetrics-text\r\n\r\n")
        try await eventually("it has been read, and waits for a sample") {
            try SsOutput(of: namespace).connections(onPort: agent.endpoint.port)
                .contains { $0.state == "ESTAB" && $0.receiveQueue == 0 }
        }
        try agent.process.signal(SIGTERM)
        try await eventually("the agent takes no more clients") { (try? namespace.connect(to: agent.endpoint)) == nil }
        #expect(try agent.process.checkEnded() == nil)
        try faults.holdReceives(false)
        let answer = try scraper.readUntil("# EOF\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("sse_sockwatch_scrape_collector_success{collector=\"sockets\"} 1"))
        #expect(try await agent.process.waitForEnd() == .exited(0), "\(agent.process.standardError)")
        let left = try SsOutput(of: namespace).connections(onPort: agent.endpoint.port)
        #expect(left.allSatisfy { $0.state != "CLOSE-WAIT" })
    }
}
