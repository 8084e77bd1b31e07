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

    private struct Counts: Equatable {
        var opened: Double
        var closed: Double
        var lost: Double

        init(_ agent: RunningAgent, _ port: UInt16) throws {
            let scrape = try agent.scrape()
            let label = ["port": "\(port)"]
            opened = try #require(scrape.value("tcp_connections_opened_total", label))
            closed = try #require(scrape.value("tcp_connections_closed_total", label))
            lost = try #require(scrape.value("netlink_events_lost_total"))
        }
    }

    /// Holds the agent up until its buffer has overflowed: else it might keep up with the kernel.
    private static func losingEvents<Result>(
        of agent: RunningAgent,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try agent.process.signal(SIGSTOP)
        let result = try await body()
        try await eventually("events are lost") {
            // The last columns: locks, drops, inode.
            try agent.namespace.run("cat", "/proc/net/netlink").split(separator: "\n").dropFirst().contains { line in
                line.split(separator: " ").dropLast().last != "0"
            }
        }
        try agent.process.signal(SIGCONT)
        return result
    }

    private static let tinyBuffer = """
        sampling: { interval: 500ms, cpu_budget: 100% }
        evidence: { event_buffer_bytes: 16384 }

        """

    @Test("with a tiny receive buffer losses are counted, and what was opened and is not there was closed")
    func tinyBuffer() async throws {
        let namespace = try LabNamespace()
        let churn = try LabScript.churn.start(in: namespace, "\(Self.count)")
        let port = try await churn.listeningPort()
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: Self.tinyBuffer.replacing("500ms", with: "6s"),
            "--port",
            "\(port)"
        )
        try await agent.waitForSamples(1)
        let before = try agent.samples
        let line = try await Self.losingEvents(of: agent) {
            try churn.signal(SIGUSR1)
            return try await churn.waitForLine(containing: "churned \(Self.count)")
        }
        #expect(try agent.samples == before, "a sample fell into the second of the churn")
        // What is lost and what was heard is known with the next sample, what neither told with the one after.
        try await agent.waitForSamples(2)
        let counts = try Counts(agent, port)
        print("\(line) s, 16 KiB: opened \(counts.opened), closed \(counts.closed), events lost \(counts.lost)")
        #expect(counts.lost > 0)
        #expect(counts.opened == counts.closed)
        #expect(counts.closed <= Double(Self.count))
        #expect(counts.closed + counts.lost == Double(Self.count), "the other ends do not reach the buffer")
    }

    @Test("connections that a sample has seen are exact though their ends are lost, and so are those that come after")
    func resynchronisation() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(backlog: 128)
        let port = try listener.local.port
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: Self.tinyBuffer,
            "--port",
            "\(port)"
        )
        let crowd = 400
        let pairs = try (0..<crowd).map { _ in try namespace.connection(through: listener) }
        try await eventually("all are seen") { try Counts(agent, port).opened == Double(crowd) }
        try await Self.losingEvents(of: agent) {
            for pair in pairs {
                pair.client.close()
                pair.server.close()
            }
        }
        try await eventually("all are counted") { try Counts(agent, port).closed >= Double(crowd) }
        try await agent.waitForSamples(2)
        let counts = try Counts(agent, port)
        print("\(crowd) known, 16 KiB: opened \(counts.opened), closed \(counts.closed), events lost \(counts.lost)")
        #expect(counts.lost > 0)
        #expect(counts.opened == Double(crowd) && counts.closed == Double(crowd))
        for number in 1...5 {
            let pair = try namespace.connection(through: listener)
            pair.client.close()
            pair.server.close()
            try await eventually("one more is counted") { try Counts(agent, port).closed >= Double(crowd + number) }
        }
        try await agent.waitForSamples(2)
        let later = try Counts(agent, port)
        #expect(later.opened == Double(crowd + 5) && later.closed == Double(crowd + 5))
        #expect(later.lost == counts.lost)
    }
}
