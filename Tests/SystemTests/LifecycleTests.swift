import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("The agent's life", .networkNamespaces, .serialized)
struct LifecycleTests {
    @Test("continues the ages of CLOSE_WAIT sockets across a restart")
    func restart() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let first = try await RunningAgent.watching(port, in: namespace)
        let pair = try namespace.connection(through: listener)
        try pair.client.shutdownWriting()
        let before = try await eventually("the socket is stuck", every: .milliseconds(100)) {
            try first.reading(of: port)
        } until: {
            $0.stuckUnclosed == 1
        }
        try await first.stop()

        let second = try await RunningAgent.watching(port, in: namespace)
        let after = try second.reading(of: port)
        let kernel = try SsOutput(of: namespace, hasInternals: true).connections(onPort: port)
            .first { $0.state == "CLOSE-WAIT" }?.milliseconds("lastack")
        let kernelAge = Double(try #require(kernel)) / 1000
        #expect(after.stuckUnclosed == 1, "stuck from the first sample on")
        #expect(after.oldestAge >= before.oldestAge)
        #expect(abs(after.oldestAge - kernelAge) < 0.5, "agent \(after.oldestAge) s, kernel \(kernelAge) s")
        #expect(after.entered == 1)
    }

    @Test("takes a new configuration on SIGHUP, and keeps the old one when the new one is broken")
    func reload() async throws {
        let namespace = try LabNamespace()
        let ports = try (0..<2).map { _ in try namespace.listen() }.map { try $0.local.port }
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: RunningAgent.shortWindows + "watch: [{ ports: \(ports[0]) }]\n"
        )
        let file = try #require(agent.configuration)
        #expect(try agent.scrape().ports == [ports[0]])

        try file.replace(with: RunningAgent.shortWindows + "watch: [{ ports: [\(ports[0]), \(ports[1])] }]\n")
        try agent.process.signal(SIGHUP)
        try await eventually("both ports are watched", every: .milliseconds(50)) {
            try agent.scrape().ports
        } until: {
            $0 == Set(ports)
        }
        let good = try agent.scrape()
        #expect(good.value("config_last_reload_successful") == 1)

        try file.replace(with: "watch:\n  - ports: 80800\n")
        try agent.process.signal(SIGHUP)
        try await agent.process.waitForLine(containing: "\(file.path):2:12: watch[0].ports: 80800", in: .errors)
        let broken = try await eventually("the failure is exported", every: .milliseconds(50)) {
            try agent.scrape()
        } until: {
            $0.value("config_last_reload_successful") == 0
        }
        #expect(broken.ports == Set(ports))
        let stamp = "config_last_reload_success_timestamp_seconds"
        #expect(broken.value(stamp) == good.value(stamp))

        try file.replace(with: RunningAgent.shortWindows + "watch: [{ ports: \(ports[1]) }]\n")
        try agent.process.signal(SIGHUP)
        try await eventually("the next good one is taken", every: .milliseconds(50)) {
            try agent.scrape()
        } until: {
            $0.ports == [ports[1]] && $0.value("config_last_reload_successful") == 1
        }
    }

    @Test("ends within five seconds of SIGTERM, whatever clients do, with exit status 0", arguments: Lingering.allCases)
    func sigterm(clients: Lingering) async throws {
        let namespace = try LabNamespace()
        let agent = try await RunningAgent.start(in: namespace)
        let lingering = try (0..<3).map { _ in try namespace.connect(to: agent.endpoint) }
        for client in lingering { try clients.begin(on: client) }
        try await eventually("the agent serves the three", every: .milliseconds(20)) {
            try SsOutput(of: namespace).connections(onPort: agent.endpoint.port).filter { $0.state == "ESTAB" }
        } until: { connections in
            connections.count == 3 && (clients != .readNothing || connections.allSatisfy { $0.sendQueue > 0 })
        }
        let clock = ContinuousClock()
        let start = clock.now
        try agent.process.signal(SIGTERM)
        let ending = try await agent.process.waitForEnd()
        let duration = clock.now - start
        #expect(ending == .exited(0), "\(agent.process.standardError)")
        #expect(duration < .seconds(5))
        print("SIGTERM with three clients that \(clients.rawValue): ended after \(duration)")
        for client in lingering { client.close() }
    }

    /// What clients do while the agent is to end.
    enum Lingering: String, CaseIterable, Sendable {
        case keepConnection = "keep an idle connection"
        case sendHalf = "have sent half a request"
        case readNothing = "ask and ask and read nothing"

        func begin(on client: RawSocket) throws {
            let request = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"
            switch self {
            case .keepConnection:
                try client.write(request)
                try client.readUntil("sse_sockwatch_build_info")
            case .sendHalf:
                try client.write(String(request.dropLast(4)))
            case .readNothing:
                // So little that the agent is stuck in the middle of an answer.
                try client.limitReceiveBuffer(to: 4096)
                try client.write(String(repeating: request, count: 500))
            }
        }
    }

    @Test("does not begin on a port that is in use, and names the address", arguments: ["127.0.0.1", "[::1]", ""])
    func portInUse(host: String) async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(on: Endpoint("::", 0), acceptsIPv4: true)
        let address = "\(host):\(try listener.local.port)"
        let process = try LabProcess(BuiltProgram.path, ["run", "--web.listen-address", address], in: namespace)
        #expect(try await process.waitForEnd() == .exited(2))
        #expect(process.standardError.contains("cannot listen on \(address): "))
        #expect(process.standardError.contains("Address already in use"))
        #expect(process.standardError.contains("--web.listen-address"))
    }

    @Test("leaves none of its own sockets in CLOSE_WAIT, however clients vanish")
    func noLeakOfItsOwn() async throws {
        let namespace = try LabNamespace()
        let agent = try await RunningAgent.start(in: namespace)
        let request = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"
        var kept: [RawSocket] = []
        for _ in 0..<10 {
            // Says nothing and goes; goes in the middle of its request; goes without reading; goes with a reset.
            try namespace.connect(to: agent.endpoint).close()
            let half = try namespace.connect(to: agent.endpoint)
            try half.write("GET /metr")
            half.close()
            let unread = try namespace.connect(to: agent.endpoint)
            try unread.write(request)
            unread.close()
            let reset = try namespace.connect(to: agent.endpoint)
            try reset.write(request)
            try reset.reset()
            // Ends its side and stays: silent, in the middle of its request, and after it.
            for text in ["", "GET /metr", request] {
                let ended = try namespace.connect(to: agent.endpoint)
                try ended.write(text)
                try ended.shutdownWriting()
                kept.append(ended)
            }
        }
        try await eventually("the agent has closed them all", every: .milliseconds(50)) {
            try SocketLines(ss: namespace).states[agent.endpoint.port] ?? [:]
        } until: { states in
            let open: Set<TCPState> = [.established, .closeWait, .synReceived]
            return open.isDisjoint(with: states.keys)
        }
        #expect(try agent.get("/-/healthy").status == 200)
        for client in kept { client.close() }
    }
}
