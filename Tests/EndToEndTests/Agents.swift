import MetricsExport
import NetworkLab
import Testing

/// Two agents in one namespace, whose companions offer between them every form of every number: the demo, whose server
/// counts heartbeats and tells a rate of reconnections, and an agent whose server counts reconnections and tells a
/// ratio of heartbeats.
struct Agents: Sendable {
    let namespace: LabNamespace
    let demo: RunningAgent
    /// The port of the demo's streams, as the label has it.
    let demoPort: String
    /// Where the demo's faults are switched.
    let control: WebAddress
    let ratio: RunningAgent
    private let ratioServer: LabProcess
    /// A second port of the agent with the ratio, whose connections end as a proxy ends idle ones.
    private let idleListener: RawSocket
    private let folder: ScratchFolder

    var all: [RunningAgent] { [demo, ratio] }

    static func start() async throws -> Agents {
        let namespace = try LabNamespace()
        let folder = try ScratchFolder()
        let demo = try await RunningAgent.start("demo", "--demo.healthy", in: namespace)
        let streams = try await demo.process.waitForLine(containing: "/events")
        let control = try await demo.process.waitForLine(containing: "curl -d heal=on")

        _ = try folder.write(ratioServerNumbers, to: "numbers")
        let server = try LabProcess(
            "python3",
            ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.path],
            in: namespace
        )
        let line = try await server.waitForLine(containing: "Serving HTTP", within: .seconds(30))
        let port = try WebAddress(line, in: namespace).endpoint.port
        let idleListener = try namespace.listen()
        let configuration = try folder.write(
            ratioConfiguration(port: port, idlePort: try idleListener.local.port),
            to: "config.yml"
        )
        let ratio = try await RunningAgent.start("run", "--config.file", configuration, in: namespace)

        let agents = Agents(
            namespace: namespace,
            demo: demo,
            demoPort: "\(try WebAddress(streams, in: namespace).endpoint.port)",
            control: try WebAddress(control, in: namespace),
            ratio: ratio,
            ratioServer: server,
            idleListener: idleListener,
            folder: folder
        )
        for agent in agents.all {
            try await eventually("\(agent.process.commandLine) has read its companion") {
                try agent.scrape().samples.contains { $0.name == "sse_sockwatch_companion_up" && $0.value == 1 }
            }
            // What a server says is held against the sample that comes after.
            try await eventually("\(agent.process.commandLine) has held it against the kernel") {
                try agent.scrape().samples.contains { $0.name == "sse_sockwatch_companion_connection_drift" }
            }
        }
        try await agents.endIdleConnections()
        return agents
    }

    /// Ends connections at one and the same idle time, as a proxy on the path does: else no agent would offer
    /// `path_idle_timeout_seconds`.
    private func endIdleConnections() async throws {
        let connections = try (0..<30).map { _ in try namespace.connection(through: idleListener) }
        let clock = ContinuousClock()
        let start = clock.now
        try await eventually("they have been idle for two seconds") { clock.now - start >= .seconds(2) }
        for connection in connections {
            connection.client.close()
            connection.server.close()
        }
        try await eventually("the agent has found the idle time") {
            try ratio.scrape().samples.contains { $0.name == "sse_sockwatch_path_idle_timeout_seconds" }
        }
    }

    func stop() async throws {
        for agent in all { try await agent.stop() }
    }

    func switchFaults(_ faults: (String, String)...) throws {
        let answer = try control.post("/faults", form: faults)
        try #require(answer.status == 200, "\(answer.text)")
    }

    private static let ratioServerNumbers = """
        # TYPE active_connections gauge
        active_connections 3
        # TYPE reconnections_total counter
        reconnections_total 12
        # TYPE idle_timeout_events counter
        idle_timeout_events 2
        # TYPE heartbeat_miss_rate gauge
        heartbeat_miss_rate 0.01

        """

    private static func ratioConfiguration(port: UInt16, idlePort: UInt16) -> String {
        """
        sampling:
          interval: 1s
        watch:
          - name: ratio
            ports: \(port)
            companion:
              url: http://127.0.0.1:\(port)/numbers
              format: prometheus
              metrics:
                reconnection_rate: { name: reconnections_total }
          - name: idle
            ports: \(idlePort)

        """
    }
}

/// Runs a suite with the two agents, which start before its first test and end after its last.
struct AgentsTrait: SuiteTrait, TestScoping {
    @TaskLocal private static var running: Agents?

    /// The agents of the suite that the calling test belongs to.
    static var agents: Agents {
        get throws { try #require(running, "the suite has no trait .agents") }
    }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let agents = try await Agents.start()
        try await Self.$running.withValue(agents, operation: function)
        try await agents.stop()
    }
}

extension Trait where Self == AgentsTrait {
    static var agents: Self { Self() }
}

/// The tests that share the two agents. One after the other, for some of them switch faults.
@Suite("End to end", .serialized, .networkNamespaces, .agents)
enum EndToEnd {}
