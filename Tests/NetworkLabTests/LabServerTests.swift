import NetworkLab
import Testing

@Suite("A server of the laboratory", .networkNamespaces)
struct LabServerTests {
    @Test("Node with allowHalfOpen leaks", .server(.leakHalfOpen))
    func leakHalfOpen() async throws {
        try await expectLeak(of: .leakHalfOpen)
    }

    @Test("Node with pauseOnConnect leaks, with the request unread", .server(.leakPause))
    func leakPause() async throws {
        let leaked = try await expectLeak(of: .leakPause)
        #expect(leaked.allSatisfy { $0.receiveQueue > 1 })
    }

    @Test("Python with a thread that waits for an event leaks, with the end of the stream unread", .server(.leakThread))
    func leakThread() async throws {
        let leaked = try await expectLeak(of: .leakThread)
        #expect(leaked.allSatisfy { $0.receiveQueue == 1 })
    }

    @Test("uvicorn with a large body that is never received leaks", .server(.leakUvicorn))
    func leakUvicorn() async throws {
        try await expectLeak(of: .leakUvicorn)
    }

    @Test("Node's http sends heartbeats and closes when its client leaves", .server(.streamNode))
    func streamNode() async throws {
        try await expectClean(.streamNode)
    }

    @Test("asyncio sends heartbeats and closes when its client leaves", .server(.streamAsyncio))
    func streamAsyncio() async throws {
        try await expectClean(.streamAsyncio)
    }

    private func expectClean(_ server: LabServer) async throws {
        let namespace = try LabNamespace()
        let running = try await server.start(in: namespace)
        let client = try server.visit(at: running.endpoint, in: namespace)
        try client.readUntil(": beat\n\n")
        try client.shutdownWriting()
        // Which of the two sides is in TIME-WAIT or gone is a matter of who closed first.
        let open: Set = ["ESTAB", "CLOSE-WAIT", "LAST-ACK", "FIN-WAIT-1", "FIN-WAIT-2"]
        try await eventually("the server has closed") {
            try SsOutput(of: namespace).connections(onPort: running.port).map(\.state)
        } until: {
            open.isDisjoint(with: $0)
        }
    }

    /// Three clients are served and leave: a second after their last word their sockets are still in CLOSE-WAIT, although
    /// the server goes on to serve.
    @discardableResult
    private func expectLeak(of server: LabServer) async throws -> [SsOutput.Socket] {
        let namespace = try LabNamespace()
        let running = try await server.start(in: namespace)
        for _ in 0..<3 {
            try server.visit(at: running.endpoint, in: namespace).close()
        }
        let leaked = try await eventually("three accepted sockets are in CLOSE-WAIT for a second") {
            try accepted(by: running, in: namespace, state: "CLOSE-WAIT")
        } until: { sockets in
            sockets.count == 3 && sockets.allSatisfy { $0.milliseconds("lastack") ?? 0 >= 1000 }
        }

        let next = try server.visit(at: running.endpoint, in: namespace)
        let own = try next.local
        try await eventually("the next client is accepted") {
            try accepted(by: running, in: namespace, state: "ESTAB").map(\.remote)
        } until: {
            $0 == [own]
        }
        #expect(try accepted(by: running, in: namespace, state: "CLOSE-WAIT").count == 3)
        return leaked
    }

    private func accepted(
        by running: RunningServer,
        in namespace: LabNamespace,
        state: String
    ) throws -> [SsOutput.Socket] {
        try SsOutput(of: namespace, isExtended: true, hasInternals: true).connections(onPort: running.port)
            .filter { $0.state == state && $0.isAccepted }
    }
}
