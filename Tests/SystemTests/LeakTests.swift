import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("A leak", .networkNamespaces, .serialized)
struct LeakTests {
    @Test("of Node with allowHalfOpen is found", .server(.leakHalfOpen))
    func leakHalfOpen() async throws {
        try await expectStuck(.leakHalfOpen, clients: 4)
    }

    @Test("of Node with pauseOnConnect is found", .server(.leakPause))
    func leakPause() async throws {
        try await expectStuck(.leakPause, clients: 5)
    }

    @Test("of a Python thread that waits for an event is found", .server(.leakThread))
    func leakThread() async throws {
        try await expectStuck(.leakThread, clients: 6)
    }

    @Test("of uvicorn with a large body that is never received is found", .server(.leakUvicorn))
    func leakUvicorn() async throws {
        try await expectStuck(.leakUvicorn, clients: 3)
    }

    @Test("of a server that never accepts is told from one that never closes")
    func neverAccepted() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.watching(port, in: namespace)
        let closed = try namespace.connection(through: listener)
        for _ in 0..<4 { try namespace.connect(to: try listener.local).close() }
        closed.client.close()
        let reading = try await eventually("four are stuck unaccepted, one unclosed", every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.stuck == 5
        }
        #expect(reading.stuckUnaccepted == 4)
        #expect(reading.stuckUnclosed == 1)
        #expect(reading.conditions == ["close_wait_stuck"])
        #expect(reading.backlog == 4)
        #expect(reading.states == [.closeWait: 5])
    }

    @Test("is called accumulation while it grows, before its first socket is stuck", .server(.leakThread))
    func accumulation() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.leakThread.start(in: namespace)
        // Stuck comes late here, so that only the rise can tell.
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: RunningAgent.shortWindows.replacing("stuck_after: 2s", with: "stuck_after: 1m"),
            "--port",
            "\(server.port)"
        )
        let staying = try LabServer.leakThread.visit(at: server.endpoint, in: namespace)
        let reading = try await eventually("CLOSE_WAIT accumulates", within: .seconds(20), every: .milliseconds(100)) {
            try LabServer.leakThread.visit(at: server.endpoint, in: namespace).close()
            return try agent.reading(of: server.port)
        } until: {
            // Not in a sample that saw a visitor, too.
            $0.conditions.contains("close_wait_accumulating") && $0.states[.established] == 1
        }
        #expect(reading.conditions == ["close_wait_accumulating"])
        #expect(reading.stuck == 0)
        #expect(try agent.get("/api/v1/snapshot").text.contains("beside 1 ESTABLISHED"))

        // Without new clients the count stands still: that is no accumulation any more.
        try await eventually("it no longer accumulates", every: .milliseconds(100)) {
            try agent.reading(of: server.port)
        } until: {
            $0.isHealthy && $0.closeWait >= reading.closeWait
        }
        staying.close()
    }

    /// Some clients come and leave, one stays. Those that left become stuck, in the right number, and age as the kernel
    /// says; the one that stayed does not count.
    private func expectStuck(_ server: LabServer, clients: Int) async throws {
        let namespace = try LabNamespace()
        let running = try await server.start(in: namespace)
        let port = running.port
        let agent = try await RunningAgent.watching(port, in: namespace)
        #expect(try agent.reading(of: port).isHealthy)

        let staying = try server.visit(at: running.endpoint, in: namespace)
        for _ in 0..<clients { try server.visit(at: running.endpoint, in: namespace).close() }
        let stuck = try await eventually("\(clients) sockets are stuck", every: .milliseconds(100)) {
            let reading = try agent.reading(of: port)
            // Not before its time, whatever the number.
            if reading.oldestAge <= 2 { #expect(reading.stuck == 0) }
            return reading
        } until: {
            $0.stuck == clients
        }
        #expect(stuck.stuckUnclosed == clients)
        #expect(stuck.conditions == ["close_wait_stuck"])
        #expect(stuck.states == [.closeWait: clients, .established: 1])
        #expect(try SocketLines(ss: namespace).states[port]?[.closeWait] == clients)

        let older = try await eventually("they grow older", every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.oldestAge > stuck.oldestAge + 0.5
        }
        let kernel = try SsOutput(of: namespace, hasInternals: true).connections(onPort: port)
            .filter { $0.state == "CLOSE-WAIT" }.compactMap { $0.milliseconds("lastack") }.max()
        let kernelAge = Double(try #require(kernel)) / 1000
        #expect(abs(older.oldestAge - kernelAge) < 1, "the agent says \(older.oldestAge) s, the kernel \(kernelAge) s")
        #expect(older.entered == clients)
        #expect(older.left == 0)

        try running.process.signal(SIGKILL)
        try await eventually("they are gone with the process", every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.closeWait == 0 && $0.left == clients && $0.conditions == ["no_listener"]
        }
        staying.close()
    }
}
