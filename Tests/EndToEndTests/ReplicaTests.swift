import MetricsExport
import NetworkLab
import Testing

@Suite("Two replicas of Prometheus", .networkNamespaces)
struct ReplicaTests {
    /// The agent samples by itself once an hour, so that every further sample is one for a scrape.
    @Test("scrapes see the sockets of the moment and change no counter")
    func counters() async throws {
        let namespace = try LabNamespace()
        let folder = try ScratchFolder()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let leaked = try namespace.connection(through: listener)
        try leaked.client.shutdownWriting()
        let configuration = try folder.write(
            "sampling: { interval: 1h }\nwatch: [{ ports: \(port) }]\n",
            to: "config.yml"
        )
        let agent = try await RunningAgent.start("run", "--config.file", configuration, in: namespace)
        let before = try counters(of: agent)
        #expect(before["sse_sockwatch_samples_total"] == 1)
        #expect(before["sse_sockwatch_tcp_close_wait_entered_total{port=\"\(port)\"}"] == 1)

        var connections = [leaked]
        var scrapes = 0
        for round in 2...4 {
            connections.append(try namespace.connection(through: listener))
            try connections[round - 1].client.shutdownWriting()
            async let first = scrape(agent, untilCloseWaitIs: round)
            async let second = scrape(agent, untilCloseWaitIs: round)
            scrapes += try await first + second
        }

        #expect(try counters(of: agent) == before)
        print("\(scrapes) scrapes by two replicas changed none of \(before.count) counters")
        try await agent.stop()
    }

    /// Scrapes without a pause until the gauge tells the number, and returns how many scrapes that were.
    private func scrape(_ agent: RunningAgent, untilCloseWaitIs count: Int) async throws -> Int {
        var scrapes = 0
        try await eventually("a scrape tells \(count) sockets in CLOSE_WAIT", every: .milliseconds(1)) {
            scrapes += 1
            return try agent.scrape().samples.first {
                $0.name == "sse_sockwatch_tcp_sockets" && $0.label("state") == "close_wait"
            }?.value
        } until: {
            $0 == Double(count)
        }
        return scrapes
    }

    /// All counters and histograms but those that tell of the scrapes themselves: requests and processor time.
    private func counters(of agent: RunningAgent) throws -> [String: Double] {
        let counting = try agent.scrape().families.filter { family in
            (family.type == .counter || family.type == .histogram)
                && !["sse_sockwatch_http_requests", "process_cpu_seconds"].contains(family.name)
        }
        return counting.flatMap(\.samples).reduce(into: [:]) { counters, sample in
            let series = ExpositionSample(name: sample.name, labels: sample.labels, value: 0).line
            counters[String(series.dropLast(2))] = sample.value
        }
    }
}
