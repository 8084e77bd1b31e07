import Glibc
import MetricsExport
import NetworkLab

/// The agent as its own process inside a namespace, asked over HTTP. It ends with the last reference.
struct RunningAgent: Sendable {
    let process: LabProcess
    let namespace: LabNamespace
    let endpoint: Endpoint
    let configuration: LabFile?

    /// Bounds so short that a test sees in seconds what takes minutes in the field.
    static let shortWindows = """
        sampling: { interval: 200ms, cpu_budget: 100% }
        defaults: { close_wait_stuck_after: 2s, close_wait_window: 3s }

        """

    /// Starts the agent and waits until it listens and has sampled once.
    ///
    /// - Parameters:
    ///   - text: its configuration file; nil for none.
    ///   - port: where it listens; 0 lets the kernel choose.
    ///   - launcher: a program, and its arguments, that starts the agent in its own place.
    ///   - environment: variables to set on top of the test's own.
    static func start(
        in namespace: LabNamespace,
        configuration text: String? = shortWindows,
        port: UInt16 = 0,
        by launcher: [String] = [],
        environment: [String: String] = [:],
        _ arguments: String...
    ) async throws -> RunningAgent {
        let file = try text.map { try LabFile($0) }
        let words =
            launcher + [BuiltProgram.path, "run", "--web.listen-address", "127.0.0.1:\(port)"]
            + (file.map { ["--config.file", $0.path] } ?? []) + arguments
        let process = try LabProcess(words[0], Array(words[1...]), environment: environment, in: namespace)
        let line = try await process.waitForLine(containing: "url=", in: .errors)
        guard let digits = line.split(separator: ":").last, let port = UInt16(digits) else {
            throw LabError("no port in \(line)")
        }
        let agent = RunningAgent(
            process: process,
            namespace: namespace,
            endpoint: Endpoint("127.0.0.1", port),
            configuration: file
        )
        try await eventually("the agent is ready") { try agent.get("/-/ready").status == 200 }
        return agent
    }

    /// Starts the agent with short windows for one port.
    static func watching(_ port: UInt16, in namespace: LabNamespace) async throws -> RunningAgent {
        try await start(in: namespace, "--port", "\(port)")
    }

    func get(_ path: String, accept: String = "*/*") throws -> HTTPAnswer {
        try namespace.get(path, from: endpoint, accept: accept)
    }

    /// Reads the metrics as strictly as OpenMetrics is specified.
    func scrape() throws -> Scrape {
        let answer = try get("/metrics", accept: "application/openmetrics-text")
        guard answer.status == 200 else { throw LabError("the scrape was answered with \(answer.status)") }
        return Scrape(try ExpositionReader.read(answer.body, as: .openMetrics))
    }

    /// What the agent says now about one port.
    func reading(of port: UInt16) throws -> PortReading {
        guard let reading = PortReading(of: port, in: try scrape()) else {
            throw LabError("the agent does not watch port \(port)")
        }
        return reading
    }

    /// Ends the agent as a service manager does.
    func stop() async throws {
        try process.signal(SIGTERM)
        try await process.waitForEnd()
    }
}
