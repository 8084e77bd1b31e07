import NetworkLab
import Testing

@testable import SockDiag

/// The server's side has read 3 bytes and written 5, the client's side the other way round, when each test begins.
@Suite("The event of a destroyed socket", .networkNamespaces)
struct DestroyEventTests {
    let lab: EventLab
    let client, server: RawSocket
    let clientCookie, serverCookie: UInt64
    let serverEndpoint, clientEndpoint: Endpoint

    init() throws {
        lab = try EventLab()
        (client, server) = try lab.connection()
        try server.write("hello")
        _ = try client.read()
        try client.write("abc")
        _ = try server.read()
        (clientCookie, serverCookie) = (try client.cookie, try server.cookie)
        (serverEndpoint, clientEndpoint) = (try server.local, try client.local)
    }

    private func event(of cookie: UInt64, _ what: String) throws -> SocketRecord {
        let event = try lab.event(of: cookie)
        print(EventFacts(what, event))
        return event
    }

    /// What no event tells, however the socket ended.
    private func expectNothingOfTheProcess(_ event: SocketRecord) {
        #expect(event.state == .close)
        #expect(event.timer == .none && event.retransmits == 0)
        #expect(event.inode == 0 && event.uid == 0)
        #expect(event.shutdown == nil && event.cgroupID == nil)
        #expect((event.tcpInfo?.length ?? 0) >= 104)
    }

    @Test("of a server that closes first comes when its FIN is acknowledged, before the client has closed")
    func serverFirst() throws {
        server.close()
        let event = try event(of: serverCookie, "server closes first")
        expectNothingOfTheProcess(event)
        #expect(event.local.description == serverEndpoint.description)
        #expect(event.remote.description == clientEndpoint.description)
        #expect(event.sendQueue == 0 && event.receiveQueue == 0)
        #expect(!event.wasAborted && !event.wasUnconnected && event.undeliveredBytes == 0)
        #expect(event.tcpInfo?.bytesAcked == 6, "5 bytes and the FIN")
        #expect(event.tcpInfo?.bytesReceived == 3)
        #expect(lab.events(of: [clientCookie]).isEmpty)
        client.close()
        let other = try self.event(of: clientCookie, "... then its client")
        #expect(other.tcpInfo?.bytesAcked == 5, "SYN, 3 bytes, FIN")
        #expect(other.tcpInfo?.bytesReceived == 6)
        // TIME_WAIT took the server's place, and its end, or a second event, is not told.
        #expect(try lab.next(timeout: .zero) == .timedOut)
        #expect(lab.events(of: [clientCookie, serverCookie]).count == 2)
    }

    @Test("of a socket in CLOSE_WAIT comes when its process has closed it")
    func closeWait() async throws {
        client.close()
        #expect(try server.read().isEmpty)
        let states = try SsOutput(of: lab.namespace).states(ofPort: serverEndpoint.port)
        #expect(states["CLOSE-WAIT"] == 1)
        // The client's side waits in FIN_WAIT2, which is an object in place of a socket.
        #expect(try event(of: clientCookie, "client closes first").tcpInfo?.bytesAcked == 5)
        #expect(try lab.next(timeout: .zero) == .timedOut)
        server.close()
        let event = try event(of: serverCookie, "... then its server, from CLOSE_WAIT")
        expectNothingOfTheProcess(event)
        #expect(event.tcpInfo?.bytesAcked == 6)
        #expect(event.tcpInfo?.bytesReceived == 4, "3 bytes and the FIN")
        #expect(event.receiveQueue == 0, "the FIN was read")
    }

    @Test("of a reset connection comes when its process closes it, though dumps have not shown it since the reset")
    func resetByPeer() async throws {
        try client.reset()
        try await eventually("the server is not to be seen") {
            try SsOutput(of: lab.namespace).connections(onPort: serverEndpoint.port).isEmpty
        }
        _ = try event(of: clientCookie, "aborted by its own side")
        #expect(try lab.next(timeout: .zero) == .timedOut)
        server.close()
        let event = try event(of: serverCookie, "reset by its peer")
        expectNothingOfTheProcess(event)
        #expect(event.remote.port == clientEndpoint.port && !event.wasAborted)
        #expect(event.tcpInfo?.bytesAcked == 5, "no FIN was sent")
        #expect(event.undeliveredBytes == 0)
    }

    @Test("of a socket that its own side aborted has no remote port, and queues that mean nothing")
    func abortedByItself() throws {
        try client.reset()
        let event = try event(of: clientCookie, "aborted by its own side")
        expectNothingOfTheProcess(event)
        #expect(event.wasAborted && !event.wasUnconnected)
        #expect(event.local.port == clientEndpoint.port)
        #expect(event.local.address.isUnspecified, "it was not bound to its address")
        #expect(event.remote.description == "127.0.0.1:*")
        #expect(event.sendQueue > 0 && event.undeliveredBytes == nil)
        #expect(event.tcpInfo?.bytesAcked == 0)
        #expect((event.tcpInfo?.lastDataSent ?? .max) < 60_000, "holds")
        #expect((event.tcpInfo?.lastAckReceived ?? .max) < 60_000, "holds")
        try server.reset()
        // The server's side has been reset, so there is nothing left that it could abort.
        #expect(try !self.event(of: serverCookie, "reset by its peer, then aborted").wasAborted)
    }

    @Test("of a listener and of a connection that nobody accepted")
    func listener() throws {
        let listener = try lab.namespace.listen()
        let endpoint = try listener.local
        let waiting = try lab.namespace.connect(to: endpoint)
        let (listening, connecting) = (try listener.cookie, try waiting.cookie)
        let unaccepted = try lab.namespace.unaccepted(on: endpoint.port)
        listener.close()
        let event = try event(of: listening, "listener")
        expectNothingOfTheProcess(event)
        #expect(event.wasUnconnected && !event.wasAborted && event.undeliveredBytes == nil)
        #expect(event.local.description == endpoint.description)
        let child = try self.event(of: unaccepted, "never accepted, its listener closed")
        #expect(child.wasAborted && child.local.port == endpoint.port)
        waiting.close()
        #expect(try self.event(of: connecting, "... its client").local.port != 0)
    }

    @Test("tells what was never read")
    func unread() throws {
        try client.write("unread")
        server.close()
        let event = try event(of: serverCookie, "closed with 6 bytes unread")
        #expect(event.receiveQueue == 6)
        #expect(event.undeliveredBytes == 0)
        #expect(!event.wasAborted, "the kernel sent a reset, but the application closed")
    }

    @Test("tells what was never delivered", arguments: [true, false])
    func undelivered(serverClosesFirst: Bool) async throws {
        let written = 5 + (try server.writeUntilFull())
        if serverClosesFirst {
            server.close()
            client.close()
        } else {
            try client.reset()
            try await eventually("the reset has come") {
                try SsOutput(of: lab.namespace).connections(onPort: serverEndpoint.port).isEmpty
            }
            server.close()
        }
        let event = try event(of: serverCookie, "closed with data queued, FIN \(serverClosesFirst)")
        let info = try #require(event.tcpInfo)
        let acknowledged = Int(info.bytesAcked ?? 0)
        // What holds for the living holds for the dead, with the FIN on top.
        #expect(acknowledged + Int(event.sendQueue) == written + (serverClosesFirst ? 1 : 0))
        #expect(acknowledged < written && info.unacked == 0)
        #expect(event.undeliveredBytes == event.sendQueue)
    }

    @Test("counts a FIN that was never acknowledged as one byte", arguments: ["", "lost"])
    func unacknowledgedFin(text: String) async throws {
        try lab.namespace.run("ip", "link", "set", "lo", "down")
        if !text.isEmpty { try server.write(text) }
        server.close()
        try lab.namespace.run("ss", "-K", "-ta", "sport", "=", ":\(serverEndpoint.port)")
        let event = try event(of: serverCookie, "killed with \(text.utf8.count) bytes and FIN unacknowledged")
        #expect(event.sendQueue == UInt32(text.utf8.count + 1))
        #expect(event.undeliveredBytes == (text.isEmpty ? 0 : UInt32(text.utf8.count + 1)))
        #expect(event.tcpInfo?.bytesAcked == 5)
        #expect(event.tcpInfo?.unacked == 0)
    }

    @Test("of IPv6 and of IPv4 inside an IPv6 socket")
    func families() throws {
        let six = try lab.connection(on: "::1")
        let sixCookie = try six.server.cookie
        six.server.close()
        let event = try event(of: sixCookie, "IPv6")
        #expect(event.isIPv6 && event.local.address.description == "::1")
        #expect(event.remote.port == (try six.client.local.port))

        let mapped = try lab.connection(on: "::", from: "127.0.0.1")
        let (inner, outer) = (try mapped.server.cookie, try mapped.client.cookie)
        mapped.server.close()
        let mappedEvent = try self.event(of: inner, "IPv4 in IPv6")
        #expect(mappedEvent.isIPv6)
        #expect(mappedEvent.remote.description == (try mapped.client.local.description))
        mapped.client.close()
        #expect(try !self.event(of: outer, "... its IPv4 client").isIPv6)
    }

    @Test("of a connection that was refused names no remote port")
    func refused() throws {
        let listener = try lab.namespace.listen()
        let (endpoint, cookie) = (try listener.local, try listener.cookie)
        listener.close()
        _ = try lab.event(of: cookie)
        let before = lab.events.count
        #expect(throws: LabError.self) { try lab.namespace.connect(to: endpoint) }
        try lab.next()
        let event = try #require(lab.events.dropFirst(before).first)
        print(EventFacts("refused", event))
        #expect(event.wasAborted && event.local.port != 0)
    }
}

extension LabNamespace {
    /// The cookie of the one connection that waits on a port to be accepted.
    fileprivate func unaccepted(on port: UInt16) throws -> UInt64 {
        var dumper = try perform { try SocketDumper() }
        var cookies: [UInt64] = []
        let query = SocketQuery(filter: PortFilter(local: PortSet([port])), states: TCPStateSet([.established]))
        try dumper.dump(query) { cookies.append($0.cookie) }
        return try #require(cookies.count == 1 ? cookies.first : nil)
    }
}

/// One line of an event's fields, so that a run on another kernel shows what is different there.
private struct EventFacts: CustomStringConvertible {
    let description: String

    init(_ what: String, _ event: SocketRecord) {
        let info = event.tcpInfo
        let fields: [(String, (any CustomStringConvertible)?)] = [
            ("state", event.state), ("recv-q", event.receiveQueue), ("send-q", event.sendQueue),
            ("inode", event.inode), ("shutdown", event.shutdown?.rawValue), ("cgroup", event.cgroupID),
            ("tcp_info", info?.length), ("last_data_sent", info?.lastDataSent), ("last_ack", info?.lastAckReceived),
            ("acked", info?.bytesAcked), ("received", info?.bytesReceived), ("sent", info?.bytesSent),
            ("unacked", info?.unacked), ("notsent", info?.notSentBytes),
        ]
        let text = fields.map { "\($0.0)=\($0.1.map { "\($0)" } ?? "-")" }.joined(separator: " ")
        description = "destroy event, \(what): \(event.local) > \(event.remote) \(text)"
    }
}
