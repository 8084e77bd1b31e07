import Glibc

@testable import SockDiag

/// An address of 127.0.0.0/8 that one test has for itself, so that what others do on the machine, and what they have
/// left in TIME_WAIT on the same port numbers, does not come into its counts.
struct LoopbackPlace {
    let address = IPAddress(ipv4: 0x7F00_0000 | UInt32.random(in: 0x01_0001...0xFF_FFFE))

    /// True for a socket of this test: either end is at its address, or it is a listener on every address.
    func owns(_ record: borrowing SocketRecord) -> Bool {
        let (local, remote) = (record.local.address, record.remote.address)
        let isListener = record.state == .listen
        return local == address || remote == address || (isListener && local.isUnspecified)
    }

    /// This test's sockets among those that a query selects.
    func dump(_ query: SocketQuery, _ dialect: RequestDialect? = nil) throws -> [SocketRecord] {
        var dumper = try SocketDumper(candidates: dialect.map { [$0] } ?? RequestDialect.candidates)
        var records: [SocketRecord] = []
        try dumper.dump(query) { if owns($0) { records.append(copy $0) } }
        return records
    }

    /// Listens on a port of the kernel's choice, on this address or on `::`, which takes IPv4 clients, too.
    func listener(isDualStack: Bool = false, backlog: Int32 = 1024) throws -> LoopbackSocket {
        let listener = try LoopbackSocket(family: isDualStack ? AF_INET6 : AF_INET)
        try isDualStack ? listener.bindToAnyIPv6() : listener.bind(to: bits)
        try listener.listen(backlog: backlog)
        return listener
    }

    /// A client, from this address to this address. Its port is none that a listener has.
    func client(of listener: LoopbackSocket) throws -> LoopbackSocket {
        let client = try LoopbackSocket(family: AF_INET)
        try client.bind(to: bits)
        try client.connect(to: bits, port: try listener.port)
        return client
    }

    /// A client and the server's side of its connection.
    func connection(to listener: LoopbackSocket) throws -> LoopbackConnection {
        LoopbackConnection(client: try client(of: listener), server: try listener.accepted())
    }

    private var bits: UInt32 { UInt32(truncatingIfNeeded: address.low) }
}

/// The two ends of a connection.
struct LoopbackConnection {
    let client: LoopbackSocket
    let server: LoopbackSocket
}
