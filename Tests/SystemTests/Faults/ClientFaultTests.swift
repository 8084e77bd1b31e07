import Glibc
import NetworkLab
import Testing

@Suite("Faults: clients of the agent", .networkNamespaces, .serialized, .timeLimit(.minutes(3)))
struct ClientFaultTests {
    /// How long Prometheus waits for an answer if nothing else is configured.
    private static let scrapeTimeout = Duration.seconds(10)

    @Test(
        "a thousand clients that hold their connections, and come back, do not keep a scraper out",
        arguments: ["idle", "slow", "unread"]
    )
    func swarm(kind: String) async throws {
        let namespace = try LabNamespace()
        let lab = try await FaultLab(in: namespace)
        let swarm = try LabScript.swarm.start(in: namespace, "\(lab.agent.endpoint.port)", "1000", kind)
        try await swarm.waitForLine(containing: "connected 1000")
        let clock = ContinuousClock()
        var longest = Duration.zero
        for number in 0..<20 {
            // A scraper that has just come, as after its restart, has to get in; each with a sample of its own time.
            let start = clock.now
            let scrape = try lab.agent.scrape()
            longest = max(longest, clock.now - start)
            #expect(scrape.value("scrape_collector_success", ["collector": "sockets"]) == 1)
            if number == 10 { try await lab.churnOnce() }
            try await lab.agent.waitForSamples(1)
        }
        print("1,000 clients, \(kind): the longest scrape on a connection of its own took \(longest)")
        #expect(longest < Self.scrapeTimeout)
        try swarm.signal(SIGTERM)
        try await swarm.waitForEnd()
        try await lab.checkNothingIsLeft(of: "1,000 clients, \(kind)")
    }
}
