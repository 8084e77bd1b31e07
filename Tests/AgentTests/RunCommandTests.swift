import Glibc
import NIOHTTP1
import NetworkLab
import Testing

@Suite("The command run", .timeLimit(.minutes(1)))
struct RunCommandTests {
    /// Starts the agent and returns it with the port of its web server.
    private static func start(_ arguments: String...) async throws -> (process: LabProcess, port: Int) {
        let process = try LabProcess(
            BuiltProgram.path,
            ["run", "--web.listen-address", "127.0.0.1:0"] + arguments
        )
        let line = try await process.waitForLine(containing: "msg=listening", in: .errors)
        let digits = try #require(line.split(separator: ":").last).prefix { $0.isNumber }
        return (process, try #require(Int(digits)))
    }

    @Test(
        "serves what it sees of the watched port, and ends with 0 at SIGTERM and SIGINT",
        arguments: [SIGTERM, SIGINT]
    )
    func ending(signal: Int32) async throws {
        let (process, port) = try await Self.start("--port", "here=47")
        let answer = try await DemoConnection.answer(.GET, "/metrics", port: port)
        #expect(answer.body.contains("sse_sockwatch_port_info{port=\"47\",name=\"here\",side=\"server\"} 1\n"))
        try process.signal(signal)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
        #expect(process.standardError.split(separator: "\n").last?.contains("msg=stopped") == true)
        #expect(process.standardOutput.isEmpty)
    }

    @Test("ends within five seconds although clients hold on to their connections")
    func held() async throws {
        let (process, port) = try await Self.start()
        let idle = try await RawClient.open(port: port)
        let halfway = try await RawClient.open(port: port)
        try await halfway.send("POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx")
        let served = try await RawClient.open(port: port)
        try await served.send("GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n")
        try await DemoLab.eventually("an answer") { served.received.text.contains("is healthy") }
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
        for client in [idle, halfway, served] { try? await client.close() }
    }

    @Test("ends within five seconds although a client does not take its answer")
    func stalled() async throws {
        // Every port has its series, so that an answer does not fit into the sockets' buffers.
        let (process, port) = try await Self.start("--port", "1-1024")
        let client = try await RawClient.open(port: port, reads: false)
        try await client.send(String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 20))
        try await DemoLab.eventually("the answer waits in the agent's socket") {
            try DemoKernelSocket.all(port: port).contains {
                $0.state == DemoKernelSocket.State.established && $0.sendQueue > 0
            }
        }
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
        try? await client.close()
    }

    @Test("reads its file again at SIGHUP, and keeps the old one when the new one is wrong")
    func reloading() async throws {
        let file = try LabFile("watch: [{ ports: 47 }]\n")
        let (process, port) = try await Self.start("--config.file", file.path)
        func metrics() async throws -> String { try await DemoConnection.answer(.GET, "/metrics", port: port).body }
        #expect(try await metrics().contains("port_info{port=\"47\""))
        try file.replace(with: "watch: [{ ports: 48 }]\n")
        try process.signal(SIGHUP)
        try await DemoLab.eventually("the other port") { try await metrics().contains("port_info{port=\"48\"") }
        try file.replace(with: "watch: [{ ports: 80800 }]\n")
        try process.signal(SIGHUP)
        try await DemoLab.eventually("a failed reload") {
            try await metrics().contains("sse_sockwatch_config_last_reload_successful 0\n")
        }
        #expect(try await metrics().contains("port_info{port=\"48\""))
        #expect(process.standardError.contains("\(file.path):1:18: watch[0].ports: 80800 is not a port (1-65535)"))
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
    }

    @Test("exits with 2 when its address is taken")
    func taken() async throws {
        let (process, port) = try await Self.start()
        let second = try await Program.run("run", "--web.listen-address", "127.0.0.1:\(port)")
        #expect(second.status == 2)
        #expect(
            second.errors.hasSuffix(
                "sse-sockwatch: cannot listen on 127.0.0.1:\(port): Address already in use; choose another with "
                    + "--web.listen-address\n"
            )
        )
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
    }

    @Test("logs in JSON if wanted")
    func json() async throws {
        let process = try LabProcess(
            BuiltProgram.path,
            ["run", "--web.listen-address", "127.0.0.1:0", "--log.format", "json"]
        )
        let line = try await process.waitForLine(containing: "listening", in: .errors)
        #expect(line.hasPrefix("{\"ts\":\"") && line.hasSuffix("}"))
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
    }
}
