import NetworkLab
import Testing

/// Every state of TCP, made by hand and seen by `ss`.
@Suite("A raw socket", .networkNamespaces)
struct RawSocketTests {
    let namespace: LabNamespace
    let listener: RawSocket
    let port: UInt16

    init() throws {
        namespace = try LabNamespace()
        listener = try namespace.listen()
        port = try listener.local.port
    }

    @Test("is established once connected and accepted")
    func established() async throws {
        let pair = try namespace.connection(through: listener)
        try await expectStates(["LISTEN": 1, "ESTAB": 1])
        try pair.client.write("ping")
        #expect(try pair.server.read() == Array("ping".utf8))
    }

    @Test("is in SYN-SENT while the accept queue is full")
    func synSent() async throws {
        let full = try namespace.listen(backlog: 0)
        let waiting = try namespace.connect(to: try full.local)
        let begun = try namespace.beginConnecting(to: try full.local)
        let beginning = try begun.local.port
        try await expectStates(["SYN-SENT": 1], ofPort: beginning)
        #expect(try waiting.remote == full.local)
    }

    @Test("is in SYN-RECV while accept is deferred")
    func synReceived() async throws {
        let deferring = try namespace.listen(defersAccept: true)
        let client = try namespace.connect(to: try deferring.local)
        try await expectStates(["LISTEN": 1, "SYN-RECV": 1], ofPort: try deferring.local.port)
        client.close()
    }

    @Test("is in CLOSE-WAIT when the client has closed, and in FIN-WAIT-2 on the client's side")
    func closeWait() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.client.shutdownWriting()
        try await expectStates(["LISTEN": 1, "CLOSE-WAIT": 1])
        try await expectStates(["FIN-WAIT-2": 1], ofPort: try pair.client.local.port)
        #expect(try pair.server.read().isEmpty)
    }

    @Test("is in FIN-WAIT-1 while its FIN waits behind data")
    func finWait1() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.server.writeUntilFull()
        pair.server.close()
        try await expectStates(["LISTEN": 1, "FIN-WAIT-1": 1])
        pair.client.close()
    }

    @Test("is in CLOSING when both have closed and its FIN waits behind data")
    func closing() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.server.writeUntilFull()
        try pair.server.shutdownWriting()
        try pair.client.shutdownWriting()
        try await expectStates(["LISTEN": 1, "CLOSING": 1])
    }

    @Test("is in LAST-ACK when the client has closed first and its FIN waits behind data")
    func lastAcknowledgement() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.server.writeUntilFull()
        try pair.client.shutdownWriting()
        try await expectStates(["LISTEN": 1, "CLOSE-WAIT": 1])
        pair.server.close()
        try await expectStates(["LISTEN": 1, "LAST-ACK": 1])
    }

    @Test("is in TIME-WAIT when it closed first")
    func timeWait() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.server.shutdownWriting()
        #expect(try pair.client.read().isEmpty)
        pair.client.close()
        try await expectStates(["LISTEN": 1, "TIME-WAIT": 1])
    }

    @Test("is gone after a reset")
    func reset() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.client.reset()
        try await expectStates(["LISTEN": 1])
        #expect(throws: LabError.self) { try pair.server.read() }
    }

    @Test("waits in the accept queue until it is accepted")
    func acceptQueue() async throws {
        let clients = try (0..<3).map { _ in try namespace.connect(to: try listener.local) }
        let listening = try await eventually("three wait") {
            try SsOutput(of: namespace).sockets.first { $0.state == "LISTEN" }
        } until: {
            $0?.receiveQueue == 3
        }
        #expect(listening?.sendQueue == 128)
        #expect(try accepted() == [false, false, false])
        let first = try listener.accept()
        #expect(try accepted() == [false, false, true])
        #expect(try first.remote == clients[0].local)
    }

    @Test("serves IPv4 clients through a dual-stack listener")
    func dualStack() async throws {
        let both = try namespace.listen(on: Endpoint("::", 0), acceptsIPv4: true)
        let port = try both.local.port
        let fourth = try namespace.connect(to: Endpoint("127.0.0.1", port))
        let sixth = try namespace.connect(to: Endpoint("::1", port))
        #expect(try both.accept().remote == Endpoint("::ffff:127.0.0.1", fourth.local.port))
        #expect(try both.accept().remote == sixth.local)
        let seen = try SsOutput(of: namespace).connections(onPort: port).map(\.local.address).sorted()
        #expect(seen == ["::1", "::ffff:127.0.0.1"])
    }

    @Test("has the cookie, the keepalive timer and the unread bytes that ss shows")
    func details() async throws {
        let pair = try namespace.connection(through: listener)
        try pair.server.keepAlive(idle: 100)
        try pair.client.write("unread")
        let seen = try await eventually("six bytes are unread") {
            try SsOutput(of: namespace, isExtended: true, hasInternals: true).connections(onPort: port).first
        } until: {
            $0?.receiveQueue == 6
        }
        #expect(try seen?.details["sk"] == String(pair.server.cookie, radix: 16))
        #expect(seen?.details["timer"]?.hasPrefix("(keepalive,1min") == true)
        #expect(seen?.details["bytes_received"] == "6")
    }

    private func accepted() throws -> [Bool] {
        try SsOutput(of: namespace, isExtended: true).connections(onPort: port).map(\.isAccepted)
            .sorted { !$0 && $1 }
    }

    private func expectStates(_ states: [String: Int], ofPort port: UInt16? = nil) async throws {
        let port = port ?? self.port
        try await eventually("port \(port) has \(states)") {
            try SsOutput(of: namespace).states(ofPort: port)
        } until: {
            $0 == states
        }
    }
}
