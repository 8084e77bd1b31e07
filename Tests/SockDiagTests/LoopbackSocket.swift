import Glibc
import SystemPackage

/// A TCP socket on loopback for the tests against the real kernel. Closed with its last reference, by a reset: a test
/// leaves nothing in TIME_WAIT.
final class LoopbackSocket {
    enum Family { case ipv4, ipv6 }

    let descriptor: Int32

    private init(_ descriptor: Int32) throws {
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        self.descriptor = descriptor
        try set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        try set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    }

    deinit { close(descriptor) }

    /// Listens on a port of the kernel's choice, on 127.0.0.1 or on `::`, which takes IPv4 clients, too.
    static func listener(_ family: Family = .ipv4, backlog: Int32 = 1024) throws -> LoopbackSocket {
        let listener = try LoopbackSocket(
            socket(domain(family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        )
        switch family {
        case .ipv4:
            try listener.bind(address4(0))
        case .ipv6:
            try listener.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(0))
            try listener.bind(
                sockaddr_in6(
                    sin6_family: sa_family_t(AF_INET6),
                    sin6_port: 0,
                    sin6_flowinfo: 0,
                    sin6_addr: in6addr_any,
                    sin6_scope_id: 0
                )
            )
        }
        try check(listen(listener.descriptor, backlog))
        return listener
    }

    /// A client of 127.0.0.1.
    static func client(of port: UInt16) throws -> LoopbackSocket {
        let client = try LoopbackSocket(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        let descriptor = client.descriptor
        try check(withSocketAddress(address4(port)) { connect(descriptor, $0, $1) })
        return client
    }

    func accepted() throws -> LoopbackSocket {
        try LoopbackSocket(accept(descriptor, nil, nil))
    }

    func shutdownWriting() throws { try Self.check(shutdown(descriptor, Int32(SHUT_WR))) }

    /// Reads to the end of the stream: from then on the peer's FIN has come.
    func awaitEnd() throws {
        var byte: UInt8 = 0
        try Self.check(Int32(recv(descriptor, &byte, 1, 0)))
    }

    /// The port that this socket is bound to.
    var port: UInt16 {
        get throws {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = withUnsafeMutableBytes(of: &storage) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) { getsockname(descriptor, $0.baseAddress, &length) }
            }
            try Self.check(result)
            // The port is at the same place for both families.
            return withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
        }
    }

    /// The kernel's cookie, asked for with SO_COOKIE.
    var cookie: UInt64 {
        get throws {
            var value: UInt64 = 0
            var length = socklen_t(MemoryLayout<UInt64>.size)
            let optionCookie: Int32 = 57
            try Self.check(getsockopt(descriptor, SOL_SOCKET, optionCookie, &value, &length))
            return value
        }
    }

    /// The inode of the descriptor.
    var inode: UInt64 {
        get throws {
            var status = stat()
            try Self.check(fstat(descriptor, &status))
            return UInt64(status.st_ino)
        }
    }

    private static func domain(_ family: Family) -> Int32 { family == .ipv4 ? AF_INET : AF_INET6 }

    private static func address4(_ port: UInt16) -> sockaddr_in {
        sockaddr_in(
            sin_family: sa_family_t(AF_INET),
            sin_port: port.bigEndian,
            sin_addr: in_addr(s_addr: UInt32(0x7F00_0001).bigEndian),
            sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)
        )
    }

    private func bind(_ address: some Any) throws {
        try Self.check(Self.withSocketAddress(address) { Glibc.bind(descriptor, $0, $1) })
    }

    private func set<Value: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: Value) throws {
        var value = value
        try Self.check(setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size)))
    }

    private static func withSocketAddress<Address>(
        _ address: Address,
        _ body: (UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { body($0.baseAddress, socklen_t(bytes.count)) }
        }
    }

    private static func check(_ result: Int32) throws {
        guard result >= 0 else { throw Errno(rawValue: errno) }
    }
}

/// A client and the server's side of its connection.
struct LoopbackConnection {
    let client: LoopbackSocket
    let server: LoopbackSocket

    init(to listener: LoopbackSocket) throws {
        client = try LoopbackSocket.client(of: try listener.port)
        server = try listener.accepted()
    }
}
