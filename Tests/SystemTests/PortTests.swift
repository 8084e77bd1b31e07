import MetricsExport
import NetworkLab
import SockDiag
import Testing

@Suite("The ports that the agent watches", .networkNamespaces, .serialized)
struct PortTests {
    @Test("are all that somebody listens on when none is named, and follow their listeners")
    func everyListener() async throws {
        let namespace = try LabNamespace()
        let first = try namespace.listen()
        let agent = try await RunningAgent.start(in: namespace, configuration: nil)
        try await expectPorts([try first.local.port], of: agent)

        let second = try namespace.listen(on: Endpoint("::1", 0))
        try await expectPorts([try first.local.port, try second.local.port], of: agent)

        let left = try first.local.port
        first.close()
        try await expectPorts([try second.local.port], of: agent)
        #expect(try agent.scrape().all("tcp_sockets", ["port": "\(left)"]).isEmpty)
    }

    @Test("stay when the listener goes and connections are left")
    func connectionsLeft() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.start(in: namespace)
        let pair = try namespace.connection(through: listener)
        try await eventually("the connection is seen", every: .milliseconds(50)) {
            try agent.reading(of: port).states == [.established: 1]
        }
        listener.close()
        try await eventually("nobody listens", every: .milliseconds(50)) {
            try agent.reading(of: port)
        } until: {
            $0.conditions == ["no_listener"] && $0.states == [.established: 1] && $0.listeners == 0
        }
        try pair.client.reset()
        try await expectPorts([], of: agent)
    }

    @Test("without a listener have all their series at zero, and no_listener")
    func noListener() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        listener.close()
        let agent = try await RunningAgent.watching(port, in: namespace)
        let scrape = try agent.scrape()
        let series = scrape.all("tcp_sockets", ["port": "\(port)"])
        #expect(series.map { $0.label("state") } == TCPState.connectionStates.map { $0.label })
        #expect(series.allSatisfy { $0.value == 0 })
        #expect(scrape.value("tcp_listeners", ["port": "\(port)"]) == 0)
        #expect(try agent.reading(of: port).conditions == ["no_listener"])

        let back = try namespace.listen(on: Endpoint("127.0.0.1", port))
        try await eventually("the listener is back", every: .milliseconds(50)) {
            try agent.reading(of: port)
        } until: {
            $0.isHealthy && $0.listeners == 1
        }
        back.close()
    }

    @Test("on the client's side count connections by their remote port")
    func clientSide() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: RunningAgent.shortWindows + "watch: [{ ports: \(port), side: client }]\n"
        )
        let pairs = try (0..<3).map { _ in try namespace.connection(through: listener) }
        // The upstream closes: now it is the clients that leak.
        for pair in pairs.prefix(2) { try pair.server.shutdownWriting() }
        try await eventually("two of three clients are stuck", every: .milliseconds(50)) {
            try agent.reading(of: port)
        } until: {
            $0.states == [.established: 1, .closeWait: 2] && $0.stuckUnclosed == 2 && $0.listeners == 0
        }
        #expect(try agent.reading(of: port).conditions == ["close_wait_stuck"])
    }

    /// Beside the agent's own port.
    private func expectPorts(_ ports: Set<UInt16>, of agent: RunningAgent) async throws {
        try await eventually("the agent watches \(ports) and itself", every: .milliseconds(100)) {
            try agent.scrape().ports
        } until: {
            $0 == ports.union([agent.endpoint.port])
        }
    }
}
