import SockDiagTestKit
import SystemPackage
import Testing

@testable import SockDiag

private func query(local ports: [UInt16]) -> SocketQuery { SocketQuery(filter: PortFilter(local: PortSet(ports))) }

private func query(remote ports: [UInt16]) -> SocketQuery {
    SocketQuery(filter: PortFilter(local: .empty, remote: PortSet(ports)))
}

@Suite("The kernel's answer")
struct KernelTests {
    @Test("shows a listener with its queue", arguments: RequestDialect.candidates)
    func listener(dialect: RequestDialect) throws {
        let place = LoopbackPlace()
        let listener = try place.listener(backlog: 17)
        let waiting = try place.client(of: listener)
        let records = try place.dump(query(local: [try listener.port]), dialect)
        let record = try #require(records.first { $0.state == .listen })
        #expect(record.local == SocketEndpoint(address: place.address, port: try listener.port))
        #expect(record.remote.port == 0)
        #expect(record.cookie == (try listener.cookie))
        #expect(UInt64(record.inode) == (try listener.inode))
        #expect(record.receiveQueue == 1, "one connection waits")
        #expect(record.sendQueue == 17, "the backlog")
        let unaccepted = try #require(records.first { $0.state == .established })
        #expect(unaccepted.inode == 0, "nobody holds what was not accepted")
        #expect(unaccepted.remote.port == (try waiting.port))
        #expect(records.count == 2)
    }

    @Test(
        "to a filter by local port is the server's side, by remote port the client's",
        arguments: RequestDialect.candidates
    )
    func sides(dialect: RequestDialect) throws {
        let place = LoopbackPlace()
        let listener = try place.listener()
        let connection = try place.connection(to: listener)
        let port = try listener.port

        let server = try place.dump(query(local: [port]), dialect)
        #expect(Set(server.map(\.cookie)) == [try listener.cookie, try connection.server.cookie])
        let accepted = try #require(server.first { $0.state == .established })
        #expect(UInt64(accepted.inode) == (try connection.server.inode))
        #expect(accepted.remote.port == (try connection.client.port))
        #expect(!accepted.isIPv6)

        let client = try place.dump(query(remote: [port]), dialect)
        #expect(client.map(\.cookie) == [try connection.client.cookie])
        #expect(client.first?.local.port == (try connection.client.port))

        let clientPort = try connection.client.port
        let filter = PortFilter(
            local: PortSet([port]),
            remote: PortSet(ranges: [port...port, clientPort...clientPort])
        )
        #expect(try place.dump(SocketQuery(filter: filter), dialect).count == 3)
        #expect(try place.dump(SocketQuery(filter: filter, states: .listen), dialect).map(\.state) == [.listen])
    }

    @Test("shows CLOSE_WAIT when the peer has closed", arguments: RequestDialect.candidates)
    func closeWait(dialect: RequestDialect) throws {
        let place = LoopbackPlace()
        let listener = try place.listener()
        let connection = try place.connection(to: listener)
        try connection.client.shutdownWriting()
        try connection.server.awaitEnd()
        let states = TCPStateSet([.closeWait])
        let filter = PortFilter(local: PortSet([try listener.port]))
        let records = try place.dump(SocketQuery(filter: filter, states: states, includesTCPInfo: true), dialect)
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.state == .closeWait)
        #expect(record.shutdown == .receive)
        #expect(record.cookie == (try connection.server.cookie))
        #expect(try #require(record.tcpInfo).length >= 104)
        let client = try place.dump(query(remote: [try listener.port]), dialect)
        let state = try #require(client.first).state
        #expect(client.count == 1)
        #expect(state == .finWait2 || state == .finWait1, "the FIN's acknowledgement may be delayed")
        #expect(client.first?.shutdown == .send)
        #expect(client.first?.tcpInfo == nil, "not asked for")
    }

    @Test("shows an IPv4 client of a dual-stack listener as IPv4", arguments: RequestDialect.candidates)
    func dualStack(dialect: RequestDialect) throws {
        let place = LoopbackPlace()
        let listener = try place.listener(isDualStack: true)
        let connection = try place.connection(to: listener)
        let records = try place.dump(query(local: [try listener.port]), dialect)
        #expect(records.count == 2)
        let server = try #require(records.first { $0.state == .established })
        #expect(server.isIPv6)
        #expect(server.remote.description == "\(place.address):\(try connection.client.port)")
        #expect(server.local.address == place.address)
        let listening = try #require(records.first { $0.state == .listen })
        #expect(listening.isIPv6)
        #expect(listening.local == SocketEndpoint(address: IPAddress(high: 0, low: 0), port: try listener.port))
        #expect(try place.dump(query(remote: [try listener.port]), dialect).map(\.isIPv6) == [false])
    }

    @Test("is the same in every form of the request")
    func dialectsAgree() throws {
        let place = LoopbackPlace()
        let listeners = [try place.listener(), try place.listener(isDualStack: true)]
        let connections = try (0..<20).map { try place.connection(to: listeners[$0 % 2]) }
        let ports = PortSet(try listeners.map { try $0.port })
        let query = SocketQuery(filter: PortFilter(local: ports, remote: ports))
        let first = try Set(place.dump(query, RequestDialect.candidates[0]))
        #expect(first.count == 2 + 2 * connections.count)
        for dialect in RequestDialect.candidates.dropFirst() {
            #expect(try Set(place.dump(query, dialect)) == first)
        }
        withExtendedLifetime(connections) {}
    }

    @Test("takes the cheapest form on a kernel that has it")
    func bestDialect() throws {
        let dumper = try SocketDumper()
        #expect(RequestDialect.candidates.contains(dumper.dialect))
    }

    @Test("to an empty filter is nothing, and is not asked for")
    func emptyFilter() throws {
        let place = LoopbackPlace()
        #expect(try place.dump(query(local: [])).isEmpty)
    }

    @Test("without a filter holds every socket")
    func everything() throws {
        let place = LoopbackPlace()
        let listener = try place.listener()
        let connection = try place.connection(to: listener)
        let cookies = Set(try place.dump(SocketQuery()).map(\.cookie))
        #expect(cookies.isSuperset(of: [try listener.cookie, try connection.client.cookie]))
    }
}

@Suite("Two thousand connections", .serialized)
struct ManyConnectionsTests {
    /// 50 listeners with 40 connections each.
    private static func fleet(
        at place: LoopbackPlace
    ) throws -> (listeners: [LoopbackSocket], connections: [LoopbackConnection]) {
        let listeners = try (0..<50).map { _ in try place.listener() }
        let connections = try (0..<2000).map { try place.connection(to: listeners[$0 % 50]) }
        return (listeners, connections)
    }

    @Test("are counted exactly, by one port, by 32, by more than fit into the kernel, and without a filter")
    func exact() throws {
        let place = LoopbackPlace()
        let (listeners, connections) = try Self.fleet(at: place)
        let ports = try listeners.map { try $0.port }
        var dumper = try SocketDumper()
        for count in [1, 2, 31, 32, 33, 49, 50] {
            let chosen = PortSet(ports[..<count])
            for (filter, isServer) in [
                (PortFilter(local: chosen), true), (PortFilter(local: .empty, remote: chosen), false),
            ] {
                #expect(filter.isCoarseInKernel == (chosen.ranges.count > 32))
                var cookies: Set<UInt64> = []
                var states: [TCPState: Int] = [:]
                try dumper.dump(SocketQuery(filter: filter)) {
                    guard place.owns($0) else { return }
                    cookies.insert($0.cookie)
                    states[$0.state, default: 0] += 1
                }
                #expect(states == (isServer ? [.established: count * 40, .listen: count] : [.established: count * 40]))
                #expect(cookies.count == count * (isServer ? 41 : 40))
            }
        }
        let coarse = PortSet(ports)
        try #require(coarse.ranges.count > 32, "the kernel's choice of ports leaves more than 32 ranges")
        var own: Set<UInt64> = []
        try dumper.dump(SocketQuery()) { own.insert($0.cookie) }
        let expected = try connections.flatMap { [try $0.client.cookie, try $0.server.cookie] }
        #expect(own.isSuperset(of: expected))
    }

    @Test("can be captured, and the capture tells the same")
    func capture() throws {
        let place = LoopbackPlace()
        let (listeners, connections) = try Self.fleet(at: place)
        let ports = PortSet(try listeners.map { try $0.port })
        for dialect in [RequestDialect.candidates[0], RequestDialect.candidates[3]] {
            let file = try AnonymousFile()
            let writer = try CaptureWriter(file: file.descriptor)
            var dumper = try SocketDumper(candidates: [dialect])
            var seen: [SocketRecord] = []
            // A filter that the kernel runs exactly, so that no more is captured than was seen.
            let filter = PortFilter(local: PortSet(ports.ranges.prefix(16).flatMap(\.self)))
            try dumper.dump(SocketQuery(filter: filter, includesTCPInfo: true), capture: writer) {
                seen.append(copy $0)
            }
            try writer.finish()
            let replayed = try ReplayedCapture(try file.contents())
            #expect(replayed.sockets == seen)
            #expect(seen.count >= 16 * 41)
            #expect(replayed.summary.packets == writer.datagramCount)
            #expect(replayed.summary.damages.isEmpty && replayed.summary.failedDumps.isEmpty)
        }
        withExtendedLifetime(connections) {}
    }

    @Test("can be dumped again after a dump that broke in its middle")
    func afterFailure() throws {
        let place = LoopbackPlace()
        let (listeners, connections) = try Self.fleet(at: place)
        let ports = PortSet(try listeners.map { try $0.port })
        let filter = PortFilter(local: ports)
        let full = try FileDescriptor.open("/dev/full", .writeOnly)
        defer { try? full.close() }
        for dialect in [RequestDialect.candidates[0], RequestDialect.candidates[3]] {
            var dumper = try SocketDumper(candidates: [dialect])
            let writer = try CaptureWriter(file: full)
            var seen = 0
            // With tcp_info this is more than the capture keeps in memory, so the disk is found full in the middle.
            let error = #expect(throws: SockDiagError.self) {
                try dumper.dump(SocketQuery(filter: filter, includesTCPInfo: true), capture: writer) { _ in seen += 1 }
            }
            #expect(error == SockDiagError(.systemCall, errno: .noSpace, "cannot write the capture"))
            #expect(seen > 0 && seen < connections.count)
            var established = 0
            try dumper.dump(SocketQuery(filter: filter, states: TCPStateSet([.established]))) {
                if place.owns($0) { established += 1 }
            }
            #expect(established == connections.count)
        }
    }
}
