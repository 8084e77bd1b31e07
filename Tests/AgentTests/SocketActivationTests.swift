import Glibc
import NetworkLab
import Testing

@Suite("An agent with sockets of systemd", .timeLimit(.minutes(1)))
struct SocketActivationTests {
    private static func start(_ sockets: [String], _ arguments: String...) throws -> LabProcess {
        try LabProcess(
            "python3",
            [LabScript.socketActivation.path] + sockets + ["--", BuiltProgram.path, "run"]
                + ["--web.systemd-socket", "--port", "47"] + arguments
        )
    }

    @Test("serves on all of them, tells nobody else of them, and leaves a socket's file to its owner")
    func serves() async throws {
        let folder = try CertificateLab()
        let file = folder.path("agent.sock")
        let agent = try Self.start(["127.0.0.1:0", file])
        let port = try #require(try await agent.waitForLine(containing: "port ").split(separator: " ").last)
        try await agent.waitForLine(containing: "url=http://127.0.0.1:\(port)", in: .errors)
        try await agent.waitForLine(containing: "address=unix:\(file)", in: .errors)
        for arguments in [["http://127.0.0.1:\(port)/metrics"], ["--unix-socket", file, "http://agent/metrics"]] {
            let answer = try await SecuredAgent.curl(arguments)
            #expect(answer.status == 200 && answer.body.contains("sse_sockwatch_port_info{port=\"47\""), "\(arguments)")
        }
        try agent.signal(SIGTERM)
        #expect(try await agent.waitForEnd(within: .seconds(5)) == .exited(0))
        #expect(access(file, F_OK) == 0)
    }

    @Test("speaks TLS on them, too")
    func encrypted() async throws {
        let lab = try CertificateLab()
        try await lab.make("server", names: "IP:127.0.0.1")
        try lab.write("tls_server_config: { cert_file: server.crt, key_file: server.key }\n", to: "web.yml")
        let agent = try Self.start(["127.0.0.1:0"], "--web.config.file", lab.path("web.yml"))
        let line = try await agent.waitForLine(containing: "url=https://", in: .errors)
        let port = try #require(line.split(separator: ":").last)
        let url = "https://127.0.0.1:\(port)/-/healthy"
        #expect(try await SecuredAgent.curl([url, "--cacert", lab.path("server.crt")]).status == 200)
    }

    @Test(
        "does not start on what it cannot serve on, and says why",
        arguments: [
            (["datagram"], "descriptor 3 is no stream socket of TCP or Unix; write it as ListenStream="),
            (["127.0.0.1:0", "file"], "descriptor 4 is no socket"),
            (["connection"], "descriptor 3 is a connection and not listened on; write Accept=no"),
            (["--process", "1", "127.0.0.1:0"], "systemd handed no socket over (LISTEN_FDS); start the agent by"),
        ]
    )
    func refused(sockets: [String], message: String) async throws {
        let agent = try Self.start(sockets)
        #expect(try await agent.waitForEnd() == .exited(2))
        #expect(
            agent.standardError.contains("sse-sockwatch: --web.systemd-socket: \(message)"),
            "\(agent.standardError)"
        )
    }

    @Test("has either addresses or systemd's sockets, and needs some")
    func usage() async throws {
        let none = try await Program.run("run", "--web.systemd-socket")
        #expect(none.status == 2 && none.errors.contains("systemd handed no socket over"))
        let both = try await Program.run("run", "--web.systemd-socket", "--web.listen-address", ":0")
        #expect(both.status == 2 && both.errors.contains("exclude each other"))
    }
}
