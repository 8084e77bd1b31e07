import Glibc
import NetworkLab
import Testing

@Suite("The gate", .networkNamespaces, .serialized)
struct CheckTests {
    @Test("lets a healthy server pass, by every bound and by none", .server(.streamAsyncio))
    func healthy() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.streamAsyncio.start(in: namespace, arguments: "1")
        let readers = try LabScript.readers.start(in: namespace, "127.0.0.1", "5", "\(server.port)")
        try await readers.waitForLine(containing: "connected 5")
        let says = try LabScript.says.start(in: namespace, "5")
        let configuration = """
            watch:
              - name: orders
                ports: [\(server.port)]
                heartbeat_interval: 1s
                close_wait_window: 1s
                companion: { url: "http://127.0.0.1:\(try await says.listeningPort())/" }

            """
        let bounded = try await RanCheck(
            in: namespace,
            configuration: configuration,
            "--for=8s",
            "--min-established=5",
            "--max-close-wait=0",
            "--max-stuck=0",
            "--max-heartbeat-miss=2%",
            "--max-half-open=0",
            "--max-drift=0",
            "--max-reconnect-rate=0"
        )
        print(bounded.output)
        #expect(bounded.status == 0 && bounded.output.hasSuffix("\nCheck: ok\n") && bounded.errors.isEmpty)
        #expect(bounded.row("min-established")?.hasPrefix("min-established at least 5 5 ok 5 ESTABLISHED") == true)
        #expect(bounded.row("max-heartbeat-miss")?.hasPrefix("max-heartbeat-miss at most 2% 0% ok 0 of ") == true)
        let unbounded = try await RanCheck(in: namespace, configuration: configuration, "--for=2s")
        #expect(unbounded.status == 0, "\(unbounded.output)")
        // A drift must last for longer than that.
        let unjudged = unbounded.output.split(separator: "\n").filter { $0.contains("not judged") }
        #expect(unjudged.count == 1 && unbounded.row("drifting")?.contains("not judged it is seen after 10 s") == true)
    }

    @Test("stops a server that leaks, and names the port and the number", .server(.leakThread))
    func leaking() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.leakThread.start(in: namespace)
        let staying = try LabServer.leakThread.visit(at: server.endpoint, in: namespace)
        for _ in 0..<4 { try LabServer.leakThread.visit(at: server.endpoint, in: namespace).close() }
        let ports = ["--port", "leaky=\(server.port)"]

        let bounded = try await RanCheck(in: namespace, ports[0], ports[1], "--for=1s", "--max-close-wait=3")
        print(bounded.output)
        #expect(bounded.status == 1)
        #expect(bounded.output.contains("\nport \(server.port) leaky: "))
        #expect(bounded.row("max-close-wait")?.hasPrefix("max-close-wait at most 3 4 FAILED 4 in CLOSE_WAIT") == true)
        let wide = try await RanCheck(in: namespace, ports[0], ports[1], "--for=1s", "--max-close-wait=4")
        #expect(wide.status == 0, "\(wide.output)")

        let configuration = "defaults: { close_wait_stuck_after: 500ms }\n"
        let unbounded = try await RanCheck(in: namespace, configuration: configuration, ports[0], ports[1], "--for=2s")
        #expect(unbounded.status == 1)
        #expect(unbounded.row("close_wait_stuck")?.hasPrefix("close_wait_stuck must not hold yes FAILED 4 ") == true)
        let stuck = try await RanCheck(
            in: namespace,
            configuration: configuration,
            ports[0],
            ports[1],
            "--for=2s",
            "--max-stuck=3"
        )
        #expect(stuck.status == 1 && stuck.row("max-stuck")?.hasPrefix("max-stuck at most 3 4 FAILED") == true)
        staying.close()
    }

    @Test("stops a server that leaves out a tenth of its heartbeats, and lets one pass that leaves out none")
    func heartbeats() async throws {
        let namespace = try LabNamespace()
        let good = try await EvidenceBeats(share: 0, in: namespace)
        let bad = try await EvidenceBeats(share: 0.1, in: namespace)
        let readers = try LabScript.readers.start(in: namespace, "127.0.0.1", "30", "\(good.port)", "\(bad.port)")
        try await readers.waitForLine(containing: "connected 60")
        for server in [good, bad] {
            let check = try await RanCheck(
                in: namespace,
                configuration: "watch: [{ ports: [\(server.port)], heartbeat_interval: 200ms }]\n",
                "--for=5s",
                "--max-heartbeat-miss=2%"
            )
            print("heartbeats left out \(server.share): \(check.row("max-heartbeat-miss") ?? check.errors)")
            #expect(check.status == (server.share == 0 ? 0 : 1), "\(check.output)")
        }
    }

    @Test("holds the server's own number against the kernel's", arguments: [(6, 1), (7, 0)] as [(Int, Int32)])
    func drift(bound: Int, status: Int32) async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let pairs = try (0..<9).map { _ in try namespace.connection(through: listener) }
        defer { for pair in pairs { pair.client.close() } }
        let says = try LabScript.says.start(in: namespace, "2")
        let check = try await RanCheck(
            in: namespace,
            configuration:
                "watch: [{ ports: [\(port)], companion: { url: \"http://127.0.0.1:\(try await says.listeningPort())/\" } }]\n",
            "--for=2s",
            "--max-drift=\(bound)"
        )
        print(check.row("max-drift") ?? check.errors)
        #expect(check.status == status)
        #expect(check.row("max-drift")?.hasSuffix("the server says 2, the kernel 9") == true)
    }

    @Test("does not let pass what it could not judge, and says why")
    func unjudged() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let pair = try namespace.connection(through: listener)
        defer { pair.client.close() }
        let check = try await RanCheck(
            in: namespace,
            "--port=\(try listener.local.port)",
            "--for=1s",
            "--max-drift=10",
            "--max-heartbeat-miss=0.5",
            "--max-stuck=0"
        )
        #expect(check.status == 1 && check.output.hasSuffix("\nCheck: failed: 2 not judged of 3\n"))
        #expect(check.row("max-drift")?.contains("not judged the port has no companion") == true)
        #expect(check.row("max-heartbeat-miss")?.contains("not judged the heartbeat interval is not") == true)
        // Nobody is there: that nothing is stuck proves nothing.
        let absent = try await RanCheck(in: namespace, "--port=1", "--for=1s", "--max-stuck=0")
        #expect(absent.status == 1 && absent.row("max-stuck")?.contains("nobody listened on the port") == true)
    }

    @Test("writes a report that strict readers of JUnit take, whatever the outcome")
    func junit() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let pair = try namespace.connection(through: listener)
        pair.client.close()
        let (port, file) = (try listener.local.port, try LabFile("what stood there"))
        func cases(_ arguments: String...) async throws -> String {
            let rules = try LabScript.junitRules.start(in: namespace, file.path)
            #expect(try await rules.waitForEnd() == .exited(0), "\(rules.standardError)")
            return rules.standardOutput
        }
        let failed = try await RanCheck(
            in: namespace,
            configuration: """
                watch: [{ name: a.b, ports: [\(port)], companion: { url: "http://127.0.0.1:1/?a=1&b=%3C'" } }]

                """,
            "--for=1s",
            "--max-close-wait=0",
            "--max-drift=1",
            "--min-established=0",
            "--junit=\(file.path)"
        )
        #expect(failed.status == 1)
        let lines = try await cases().split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.contains("port \(port) a.b: min-established: ok"))
        #expect(lines.contains("port \(port) a.b: max-close-wait: failure: measured 1, allowed at most 0"))
        #expect(lines.contains { $0.contains("max-drift: error: not judged: http://127.0.0.1:1/") })
        let passed = try await RanCheck(in: namespace, "--port=\(port)", "--for=1s", "--junit=\(file.path)")
        #expect(passed.status == 0)
        let conditions = try await cases()
        #expect(conditions.contains("port \(port): close_wait_stuck: ok\n"))
        #expect(conditions.contains("port \(port): drifting: skipped: not judged: the server's own number"))
    }

    @Test(
        "fails at once when its report could not be written",
        arguments: [
            ("/nonexistent/report.xml", "/nonexistent/report.xml: cannot write there: No such file or directory"),
            ("/usr", "/usr: cannot write there: Is a directory"),
        ]
    )
    func unwritable(file: String, message: String) async throws {
        let namespace = try LabNamespace()
        let clock = ContinuousClock()
        let start = clock.now
        let check = try await RanCheck(in: namespace, "--for=30s", "--junit=\(file)")
        #expect(check.status == 2)
        #expect(check.errors == "sse-sockwatch: \(message)\n")
        #expect(clock.now - start < .seconds(10))
    }

    @Test("ends early at a signal, with what is known, and has judged nothing", arguments: [SIGTERM, SIGINT])
    func signal(number: Int32) async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let pair = try namespace.connection(through: listener)
        defer { pair.client.close() }
        let file = try LabFile()
        let process = try LabProcess(
            BuiltProgram.path,
            [
                "check", "--port=\(try listener.local.port)", "--for=1h", "--min-established=1", "--log.level=debug",
                "--junit=\(file.path)",
            ],
            in: namespace
        )
        // Its netlink socket is there when it begins to sample.
        try await eventually("it samples") {
            try namespace.run("ss", "--no-header", "--family=netlink").contains("/\(process.identifier)")
        }
        try process.signal(number)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(2))
        #expect(process.standardOutput.contains("of 3600 s, so nothing is judged\n"))
        let rules = try LabScript.junitRules.start(in: namespace, file.path)
        #expect(try await rules.waitForEnd() == .exited(0))
        #expect(rules.standardOutput.hasPrefix("check: watching: error: ended after "))
    }

    @Test("judges nothing where no port is watched")
    func nothing() async throws {
        let check = try await RanCheck(in: try LabNamespace(), "--for=1s")
        #expect(check.status == 2)
        #expect(
            check.output.contains("nothing is judged: no port is watched, for nobody listens; name one with --port")
        )
    }
}
