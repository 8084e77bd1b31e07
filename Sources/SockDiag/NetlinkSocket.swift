internal import CMnl
internal import Glibc
internal import SystemPackage

/// A NETLINK_SOCK_DIAG socket. It belongs to the network namespace of the thread that opened it, for good.
struct NetlinkSocket: ~Copyable {
    private let handle: OpaquePointer

    var descriptor: Int32 { mnl_socket_get_fd(handle) }

    /// How long a receive waits: a kernel that walks its table answers at once, so silence means a fault.
    private static let receiveTimeout = timeval(tv_sec: 10, tv_usec: 0)

    init() throws(SockDiagError) {
        guard let opened = mnl_socket_open2(NETLINK_SOCK_DIAG, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw Self.failure("cannot open a sock_diag netlink socket")
        }
        guard mnl_socket_bind(opened, 0, 0 /* MNL_SOCKET_AUTOPID */) == 0 else {
            let error = Self.failure("cannot bind the sock_diag netlink socket")
            mnl_socket_close(opened)
            throw error
        }
        var timeout = Self.receiveTimeout
        let length = socklen_t(MemoryLayout<timeval>.size)
        guard setsockopt(mnl_socket_get_fd(opened), SOL_SOCKET, SO_RCVTIMEO, &timeout, length) == 0 else {
            let error = Self.failure("cannot set the timeout of the sock_diag netlink socket")
            mnl_socket_close(opened)
            throw error
        }
        handle = opened
    }

    deinit {
        mnl_socket_close(handle)
    }

    func send(_ bytes: [UInt8]) throws(SockDiagError) {
        let sent = bytes.withUnsafeBytes { buffer in
            Self.retryOnInterrupt { mnl_socket_sendto(handle, buffer.baseAddress, buffer.count) }
        }
        guard sent == bytes.count else {
            throw Self.failure("cannot send a sock_diag request of \(bytes.count) bytes")
        }
    }

    /// Receives one datagram into the buffer and returns its length. A datagram that does not fit is an error.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SockDiagError) -> Int {
        let count = Self.retryOnInterrupt { mnl_socket_recvfrom(handle, buffer.baseAddress, buffer.count) }
        guard count >= 0 else {
            switch errno {
            case ENOSPC:
                throw SockDiagError(.truncated, "a netlink datagram is longer than the buffer of \(buffer.count) bytes")
            case ENOBUFS:
                throw SockDiagError(.overrun, errno: .noBufferSpace, "the kernel lost messages of the dump")
            default:
                throw Self.failure("cannot receive the kernel's answer")
            }
        }
        return count
    }

    /// Throws away what a broken dump left in the socket, so that the next one begins clean.
    func drain(into buffer: UnsafeMutableRawBufferPointer) {
        while true {
            let count = recv(
                descriptor,
                buffer.baseAddress,
                buffer.count,
                Int32(truncatingIfNeeded: MSG_DONTWAIT)
            )
            if count == 0 || (count < 0 && errno != EINTR && errno != ENOBUFS) { return }
        }
    }

    static func retryOnInterrupt(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    static func failure(_ detail: String) -> SockDiagError {
        SockDiagError(.systemCall, errno: Errno(rawValue: errno), detail)
    }
}
