import MetricsExport
import NetworkLab
import Testing

/// The built program, running as an agent inside a namespace.
struct RunningAgent: Sendable {
    let process: LabProcess
    let web: WebAddress

    /// Starts `sse-sockwatch ARGUMENTS` on a free port, and waits until it has something to show.
    static func start(_ arguments: String..., in namespace: LabNamespace) async throws -> RunningAgent {
        let words = arguments + ["--web.listen-address", "127.0.0.1:0"]
        let process = try LabProcess(BuiltProgram.path, words, in: namespace)
        let line = try await process.waitForLine(containing: "msg=listening", in: .errors, within: .seconds(30))
        let agent = RunningAgent(process: process, web: try WebAddress(line, in: namespace))
        try await eventually("\(process.commandLine) is ready") { try agent.web.get("/-/ready").status == 200 }
        return agent
    }

    /// As Prometheus calls the target.
    var instance: String { "\(web.endpoint)" }

    /// One scrape in the given format, read strictly.
    func scrape(_ format: ExpositionFormat = .openMetrics) throws -> Exposition {
        let answer = try web.get("/metrics", accept: format.contentType)
        try #require(answer.status == 200)
        try #require(answer.headers["content-type"] == format.contentType)
        return try ExpositionReader.read(answer.body, as: format)
    }

    /// Asks the program to end, and holds it to its promise to do so within five seconds and in order.
    func stop() async throws {
        try process.signal(15)
        let ending = try await process.waitForEnd(within: .seconds(5))
        #expect(ending == .exited(0), "\(process.standardError)")
    }
}
