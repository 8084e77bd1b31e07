import Glibc
import SystemPackage

/// A TCP socket on loopback for the tests against the real kernel. Closed with its last reference, by a reset: a test
/// leaves nothing in TIME_WAIT.
final class LoopbackSocket {
    let descriptor: Int32

    convenience init(family: Int32) throws {
        try self.init(adopting: socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    }

    private init(adopting descriptor: Int32) throws {
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        self.descriptor = descriptor
        try set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        try set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    }

    deinit { close(descriptor) }

    /// Binds to an IPv4 address and a port of the kernel's choice.
    func bind(to address: UInt32) throws {
        try Self.check(Self.withSocketAddress(Self.ipv4(address, 0)) { Glibc.bind(descriptor, $0, $1) })
    }

    /// Binds to `::` and a port of the kernel's choice, and takes IPv4 clients, too.
    func bindToAnyIPv6() throws {
        try set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(0))
        let any = sockaddr_in6(
            sin6_family: sa_family_t(AF_INET6),
            sin6_port: 0,
            sin6_flowinfo: 0,
            sin6_addr: in6addr_any,
            sin6_scope_id: 0
        )
        try Self.check(Self.withSocketAddress(any) { Glibc.bind(descriptor, $0, $1) })
    }

    func listen(backlog: Int32) throws { try Self.check(Glibc.listen(descriptor, backlog)) }

    func connect(to address: UInt32, port: UInt16) throws {
        try Self.check(Self.withSocketAddress(Self.ipv4(address, port)) { Glibc.connect(descriptor, $0, $1) })
    }

    func accepted() throws -> LoopbackSocket {
        try LoopbackSocket(adopting: accept(descriptor, nil, nil))
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

    private static func ipv4(_ address: UInt32, _ port: UInt16) -> sockaddr_in {
        sockaddr_in(
            sin_family: sa_family_t(AF_INET),
            sin_port: port.bigEndian,
            sin_addr: in_addr(s_addr: address.bigEndian),
            sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)
        )
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
