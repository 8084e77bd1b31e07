import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("The processes that hold sockets", .networkNamespaces, .serialized)
struct HolderTests {
    @Test("are those that ss names, for a server in Node", .server(.streamNode))
    func node() async throws {
        try await expectHolders(of: .streamNode, command: "node")
    }

    @Test("are those that ss names, for a server in Python", .server(.streamAsyncio))
    func python() async throws {
        try await expectHolders(of: .streamAsyncio, command: "python")
    }

    @Test("of another namespace are not named", .server(.streamAsyncio))
    func otherNamespace() async throws {
        let own = try LabNamespace()
        let other = try LabNamespace()
        let server = try await LabServer.streamAsyncio.start(in: own)
        let stranger = try await LabServer.streamAsyncio.start(in: other, port: server.port)
        let seen = try Listing(of: own, "--processes", "--port", "\(server.port)")
        #expect(seen.sockets.map(\.state) == ["listen"])
        #expect(seen.sockets.flatMap { $0.processes ?? [] }.map(\.pid) == [server.process.identifier])
        let seenThere = try Listing(of: other, "--processes", "--port", "\(server.port)")
        #expect(seenThere.sockets.flatMap { $0.processes ?? [] }.map(\.pid) == [stranger.process.identifier])
        let names = ["--network-namespace", other.name]
        let seenFromHere = try Listing(of: own, "--processes", names[0], names[1], "--port", "\(server.port)")
        #expect(seenFromHere.sockets.flatMap { $0.processes ?? [] }.map(\.pid) == [stranger.process.identifier])
    }

    @Test("are named in the listing for people, and not for sockets that nobody has accepted", .server(.leakPause))
    func text() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.leakPause.start(in: namespace)
        let client = try LabServer.leakPause.visit(at: server.endpoint, in: namespace)
        let holder = "node(pid=\(server.process.identifier),fd="
        try await eventually("listener and connection are node's") {
            try namespace.run(BuiltProgram.path, "list", "-p", "--port", "\(server.port)")
        } until: { text in
            text.split(separator: "\n").filter { $0.contains(holder) }.count == 2
        }
        try server.process.signal(SIGSTOP)
        let waiting = try namespace.connect(to: server.endpoint)
        let port = try waiting.local.port
        let text = try namespace.run(BuiltProgram.path, "list", "-p", "--port", "\(server.port)")
        let line = try #require(text.split(separator: "\n").first { $0.contains("127.0.0.1:\(port) ") })
        #expect(!line.contains("pid="))
        client.close()
    }

    /// A listener and three connections, held by the server alone.
    private func expectHolders(of server: LabServer, command: String) async throws {
        let namespace = try LabNamespace()
        let running = try await server.start(in: namespace)
        let clients = try (0..<3).map { _ in try server.visit(at: running.endpoint, in: namespace) }
        let ss = try SsOutput(of: namespace, hasProcesses: true).sockets.filter { $0.local.port == running.port }
        let listing = try Listing(of: namespace, "--processes", "--port", "\(running.port)")
        #expect(listing.sockets.count == 4)
        #expect(listing.sockets.allSatisfy { $0.processes?.count == 1 })
        let holders = Set(listing.sockets.flatMap { $0.processes ?? [] })
        #expect(holders.count == 4, "each socket has a descriptor of its own")
        #expect(Set(holders.map(\.pid)) == [running.process.identifier])
        #expect(holders.allSatisfy { $0.command.hasPrefix(command) }, "\(holders)")
        #expect(try Set(listing.sockets.map(Self.holding)) == Set(ss.map(Self.holding)))
        for client in clients { client.close() }
    }

    /// A socket and its holder in the words of `ss`.
    private static func holding(_ socket: Listing.Socket) throws -> String {
        let holders = socket.processes ?? []
        let words = holders.map { "(\"\($0.command)\",pid=\($0.pid),fd=\($0.fd))" }.joined(separator: ",")
        return "\(try SocketLine(socket)) (\(words))"
    }

    private static func holding(_ socket: SsOutput.Socket) throws -> String {
        "\(try SocketLine(socket)) \(socket.details["users"] ?? "")"
    }
}
