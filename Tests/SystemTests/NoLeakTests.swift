import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("What looks like a leak and is none", .networkNamespaces, .serialized)
struct NoLeakTests {
    @Test("waves of clients whose sockets are closed late are healthy", .server(.lateClose))
    func sawtooth() async throws {
        let scene = try await Scene(.lateClose, "1.0")
        // Eight waves are more than two windows of three seconds.
        for wave in 1...8 {
            try scene.comeAndLeave(wave % 3 + 5)
            try await scene.expectHealthy("wave \(wave) is in CLOSE_WAIT") { $0.closeWait == wave % 3 + 5 }
            try await scene.expectHealthy("wave \(wave) is closed") { $0.closeWait == 0 }
        }
        let reading = try scene.agent.reading(of: scene.port)
        #expect(reading.entered == (1...8).reduce(0) { $0 + $1 % 3 + 5 })
        #expect(reading.left == reading.entered)
    }

    @Test("many connections that are closed at once, and by the server soon after, are healthy", .server(.lateClose))
    func drain() async throws {
        let scene = try await Scene(.lateClose, "1.2")
        let clients = try (0..<300).map { _ in try scene.namespace.connect(to: scene.server.endpoint) }
        try await scene.expectHealthy("all are accepted") { $0.states[.established] == 300 && $0.backlog == 0 }
        for client in clients { client.close() }
        try await scene.expectHealthy("all are in CLOSE_WAIT") { $0.closeWait == 300 }
        try await scene.expectHealthy("all are closed") { $0.closeWait == 0 && $0.left == 300 }
        let count = try scene.agent.scrape()
            .value("tcp_close_wait_duration_seconds_count", ["port": "\(scene.port)"])
        #expect(count == 300)
    }

    @Test("a server that is stopped for less than the bound is healthy, and heals", .server(.streamAsyncio))
    func shortStop() async throws {
        let scene = try await Scene(.streamAsyncio)
        let clients = try await scene.stopServerAndLeave(clients: 5)
        defer { for client in clients { client.close() } }
        // A second later it is continued: half of the bound.
        try await scene.expectHealthy("five have waited for a second") { $0.closeWait == 5 && $0.oldestAge > 1 }
        try scene.server.process.signal(SIGCONT)
        try await scene.expectHealthy("five are closed") { $0.closeWait == 0 && $0.left == 5 }
        // And nothing comes after: for as long as the bound again.
        try await scene.expectHealthy(samples: 12)
    }

    @Test("a server that is stopped for longer is stuck not before the bound, and heals", .server(.streamAsyncio))
    func longStop() async throws {
        let scene = try await Scene(.streamAsyncio)
        let clients = try await scene.stopServerAndLeave(clients: 5)
        defer { for client in clients { client.close() } }
        let stuck = try await eventually("five are stuck", every: .milliseconds(50)) {
            let reading = try scene.agent.reading(of: scene.port)
            let isDue = reading.oldestAge > 2
            #expect((reading.stuck > 0) == isDue, "\(reading)")
            return reading
        } until: {
            $0.stuckUnclosed == 5
        }
        #expect(stuck.conditions == ["close_wait_stuck"])
        try scene.server.process.signal(SIGCONT)
        try await eventually("it heals", every: .milliseconds(100)) {
            try scene.agent.reading(of: scene.port)
        } until: {
            $0.isHealthy && $0.closeWait == 0 && $0.stuck == 0
        }
    }

    @Test(
        "an SSE server in Node whose clients come and go at once has a storm of reconnections at most",
        .server(.streamNode)
    )
    func wellBehavedNode() async throws {
        try await expectNoLeak(.streamNode)
    }

    @Test(
        "an SSE server in Python whose clients come and go at once has a storm of reconnections at most",
        .server(.streamAsyncio)
    )
    func wellBehavedPython() async throws {
        try await expectNoLeak(.streamAsyncio)
    }

    /// Three clients come for every three that go, for longer than bound and window together.
    private func expectNoLeak(_ server: LabServer) async throws {
        let scene = try await Scene(server)
        var staying: [RawSocket] = []
        var gone = 0
        let start = try scene.samples
        try await eventually("six seconds are over", within: .seconds(30), every: .milliseconds(150)) {
            for _ in 0..<3 { staying.append(try server.visit(at: scene.server.endpoint, in: scene.namespace)) }
            while staying.count > 6 {
                staying.removeFirst().close()
                gone += 1
            }
            #expect(try scene.agent.reading(of: scene.port).isHealthyButForReconnections)
            return try scene.samples - start
        } until: {
            $0 >= 30
        }
        let expected = staying.count
        try await scene.expectNoLeak("\(expected) are left") { $0.states[.established] == expected }
        let last = try scene.agent.reading(of: scene.port)
        #expect(last.conditions == ["reconnect_storm"], "\(gone) have come for ones that had gone")
        #expect(gone >= 70)
    }
}

/// A server of the laboratory with the agent beside it.
private struct Scene {
    let namespace: LabNamespace
    let kind: LabServer
    let server: RunningServer
    let agent: RunningAgent

    var port: UInt16 { server.port }

    init(_ kind: LabServer, _ argument: String = "1") async throws {
        self.kind = kind
        namespace = try LabNamespace()
        server = try await kind.start(in: namespace, arguments: kind == .streamNode ? "500" : argument)
        agent = try await RunningAgent.watching(server.port, in: namespace)
    }

    /// How many samples the agent has taken on its schedule, five a second.
    var samples: Int {
        get throws { Int(try agent.scrape().value("samples_total") ?? 0) }
    }

    func comeAndLeave(_ count: Int) throws {
        for _ in 0..<count { try kind.visit(at: server.endpoint, in: namespace).close() }
    }

    /// Clients come, the server is stopped as a debugger or a full disk stops it, and they end their side.
    ///
    /// - Returns: the clients. They are to be kept: one that is closed with unread heartbeats sends a reset.
    func stopServerAndLeave(clients count: Int) async throws -> [RawSocket] {
        let clients = try (0..<count).map { _ in try kind.visit(at: server.endpoint, in: namespace) }
        try await expectHealthy("\(count) are served") { $0.states == [.established: count] }
        try server.process.signal(SIGSTOP)
        for client in clients { try client.shutdownWriting() }
        return clients
    }

    /// Waits for a fact, and holds the agent to calling every look on the way healthy.
    func expectHealthy(_ what: String, until fulfilled: (PortReading) -> Bool) async throws {
        try await expect(\.isHealthy, until: what, fulfilled)
    }

    /// The same where so many clients come back on a small port that the agent rightly speaks of a storm.
    func expectNoLeak(_ what: String, until fulfilled: (PortReading) -> Bool) async throws {
        try await expect(\.isHealthyButForReconnections, until: what, fulfilled)
    }

    private func expect(
        _ fact: KeyPath<PortReading, Bool>,
        until what: String,
        _ fulfilled: (PortReading) -> Bool
    ) async throws {
        try await eventually(what, every: .milliseconds(50)) {
            let reading = try agent.reading(of: port)
            #expect(reading[keyPath: fact], "\(what): \(reading)")
            return reading
        } until: {
            fulfilled($0)
        }
    }

    /// Holds the agent to calling the port healthy for so many more samples.
    func expectHealthy(samples count: Int) async throws {
        let end = try samples + count
        try await eventually("\(count) samples later", every: .milliseconds(50)) {
            #expect(try agent.reading(of: port).isHealthy)
            return try samples
        } until: {
            $0 >= end
        }
    }
}

extension PortReading {
    /// No condition holds but healthy or a storm of reconnections.
    fileprivate var isHealthyButForReconnections: Bool { isHealthy || conditions == ["reconnect_storm"] }
}
