import NIOCore
import NIOHTTP1
import Testing

@testable import sse_sockwatch

@Suite("The demo's clients")
struct DemoClientsTests {
    /// Clients that come and go quickly.
    private static let hasty = DemoClients.Settings(
        count: 12,
        staying: 4,
        stay: .milliseconds(50) ... .milliseconds(300),
        pause: .milliseconds(10),
        longestPause: .milliseconds(100),
        patience: .milliseconds(200),
        farewell: .milliseconds(50)
    )

    @Test("clients hold streams, receive them, close and come back, and leave no socket behind")
    func comeAndGo() async throws {
        var patient = Self.hasty
        patient.patience = .seconds(10)
        try await DemoLab.withServer { server in
            let clients = DemoClients.start(port: server.port, settings: patient, group: DemoLab.group)
            try await DemoLab.eventually("reconnections, beats and events") {
                let counts = clients.counts
                return counts.reconnections >= 20 && counts.heartbeats >= 100 && counts.events >= 20
            }
            #expect(clients.counts.failures == 0)
            await clients.stop()
            try await DemoLab.eventually("all are gone") {
                try DemoKernelSocket.all(port: server.port).allSatisfy { $0.state == DemoKernelSocket.State.listen }
            }
            await clients.stop()
        }
    }

    @Test("clients fill CLOSE_WAIT when the server leaks, and the leaks last")
    func leak() async throws {
        try await DemoLab.withServer(faults: DemoFaults(leak: true)) { server in
            let clients = DemoClients.start(port: server.port, settings: Self.hasty, group: DemoLab.group)
            try await DemoLab.eventually("thirty leaks, beside the clients that stay") {
                try DemoServerTests.closeWait(server) >= 30
            }
            // No leak has healed itself: every stream that was ever opened is still there.
            let counts = clients.counts
            #expect(try DemoKernelSocket.all(port: server.port).count > counts.streams)
            await clients.stop()
        }
    }

    @Test("a server that accepts nothing has its accept queue filled, and empties it when it accepts again")
    func acceptQueue() async throws {
        try await DemoLab.withServer { server in
            let clients = DemoClients.start(port: server.port, settings: Self.hasty, group: DemoLab.group)
            try await DemoLab.eventually("streams") { clients.counts.streams >= 12 }
            try await server.apply(DemoFaults(dropAccept: true))
            // The kernel accepts one connection more than the backlog says.
            try await DemoLab.eventually("a full accept queue") { try Self.acceptQueue(server) == 9 }
            try await DemoLab.eventually("clients in vain") { clients.counts.failures > 0 }

            let reply = try await DemoConnection.answer(.POST, "/faults?drop_accept=off", port: server.controlPort)
            #expect(reply.status == 200)
            let before = clients.counts.streams
            try await DemoLab.eventually("an empty accept queue") { try Self.acceptQueue(server) == 0 }
            try await DemoLab.eventually("new streams") { clients.counts.streams >= before + 12 }
            await clients.stop()
        }
    }

    @Test("clients that are refused come back when the server does")
    func refused() async throws {
        let first = try await DemoServer.start(group: DemoLab.group)
        let port = first.port
        let clients = DemoClients.start(port: port, settings: Self.hasty, group: DemoLab.group)
        try await DemoLab.eventually("streams") { clients.counts.streams >= 12 }
        await first.stop()
        try await DemoLab.eventually("refusals") { clients.counts.failures >= 12 }
        let before = clients.counts.streams
        let second = try await DemoServer.start(port: port, group: DemoLab.group)
        try await DemoLab.eventually("streams again") { clients.counts.streams >= before + 12 }
        await clients.stop()
        await second.stop()
    }

    @Test("a stream is read right in whatever pieces it comes", arguments: [1, 2, 7, 1000])
    func pieces(size: Int) {
        let text = "retry: 1000\n\nid: 7\ndata: a\ndata: b\n\n: heartbeat\n\nid: 8\ndata: c\n\n: heartbeat\n\n"
        var lines = DemoStreamLines()
        var total = DemoStreamLines.Received()
        var rest = ByteBuffer(string: text)
        while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
            let received = lines.read(piece)
            total.heartbeats += received.heartbeats
            total.events += received.events
            total.lastEventID = received.lastEventID ?? total.lastEventID
        }
        #expect(total == DemoStreamLines.Received(heartbeats: 2, events: 2, lastEventID: "8"))
    }

    private static func acceptQueue(_ server: DemoServer) throws -> Int? {
        try DemoKernelSocket.all(port: server.port).first { $0.state == DemoKernelSocket.State.listen }?.receiveQueue
    }
}
