import NetworkLab
import Testing

@Suite("Prometheus in a crowd", .networkNamespaces, .programs("prometheus"), .timeLimit(.minutes(3)))
struct CrowdedScrapeTests {
    @Test("scrapes on as if it were alone, while 2,000 clients hold connections and come back when they are sent away")
    func crowd() async throws {
        let namespace = try LabNamespace()
        let agent = try await RunningAgent.start("run", "--port", "47", in: namespace)
        let prometheus = try await RunningPrometheus.start(scraping: [agent], in: namespace)
        let port = "\(agent.web.endpoint.port)"
        let crowds = try ["idle", "slow"].map { try LabScript.swarm.start(in: namespace, port, "1000", $0) }
        for crowd in crowds { try await crowd.waitForLine(containing: "connected 1000") }
        func value(_ expression: String) throws -> Double? { try prometheus.query(expression).first?.value.number }
        let start = try #require(try value("vector(time())"))
        // A query looks at scrapes that began after the crowds had come.
        try await eventually("fifteen scrapes", within: .seconds(60), every: .milliseconds(500)) {
            try value("vector(time())").map { $0 >= start + 16 } == true
        }
        #expect(try value("count_over_time(up[15s])").map { $0 >= 14 } == true)
        #expect(try value("min_over_time(up[15s])") == 1)
        #expect(try value("increase(sse_sockwatch_samples_total[15s]) > 0") != nil)
        for crowd in crowds {
            try crowd.signal(15)
            try await crowd.waitForEnd()
        }
        try await agent.stop()
    }
}
