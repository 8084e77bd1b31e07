internal import CMnl
internal import CSockDiag
internal import Glibc

/// What a socket that listens to multicast groups needs beside requests and answers.
extension NetlinkSocket {
    /// Joins a multicast group of sock_diag (NETLINK_ADD_MEMBERSHIP). It takes no privilege.
    borrowing func join(group: Int) throws(SockDiagError) {
        let solNetlink: Int32 = 270
        try set(solNetlink, NETLINK_ADD_MEMBERSHIP, Int32(group), "join the sock_diag group \(group)")
    }

    /// Asks for a receive buffer, past the limit of the system where that is allowed (SO_RCVBUFFORCE, CAP_NET_ADMIN).
    ///
    /// - Returns: the size that the kernel counts with, twice what it granted.
    borrowing func setReceiveBuffer(_ bytes: Int) throws(SockDiagError) -> Int {
        let wanted = Int32(clamping: bytes)
        do throws(SockDiagError) {
            try set(SOL_SOCKET, SO_RCVBUFFORCE, wanted, "force the receive buffer")
        } catch {
            try set(SOL_SOCKET, SO_RCVBUF, wanted, "set the receive buffer of the sock_diag netlink socket")
        }
        var granted: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length) == 0 else {
            throw Self.failure("cannot ask for the receive buffer of the sock_diag netlink socket")
        }
        return Int(granted)
    }

    /// How many messages the kernel has thrown away because the buffer was full, modulo 2^32. Nil before Linux 4.12.
    borrowing func droppedMessages() -> UInt32? {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: CSD_MEMINFO_COUNT) { info in
            var length = socklen_t(CSD_MEMINFO_COUNT * MemoryLayout<UInt32>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, info.baseAddress, &length) == 0,
                Int(length) > CSD_MEMINFO_DROPS * MemoryLayout<UInt32>.size
            else { return nil }
            return info[CSD_MEMINFO_DROPS]
        }
    }

    enum Arrival {
        case datagram(Int)
        case nothing
        /// The buffer was full and messages were thrown away.
        case overrun
    }

    /// Receives one datagram if one is there.
    borrowing func receiveWithoutWaiting(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(SockDiagError) -> Arrival {
        let flags = Int32(truncatingIfNeeded: MSG_DONTWAIT | MSG_TRUNC)
        let count = Self.retryOnInterrupt { recv(descriptor, buffer.baseAddress, buffer.count, flags) }
        if count < 0 {
            switch errno {
            case EAGAIN: return .nothing
            case ENOBUFS: return .overrun
            default: throw Self.failure("cannot receive the kernel's events")
            }
        }
        guard count <= buffer.count else {
            throw SockDiagError(
                .truncated,
                "a netlink event of \(count) bytes is longer than the buffer of \(buffer.count) bytes"
            )
        }
        return .datagram(count)
    }

    private borrowing func set(
        _ level: Int32,
        _ option: Int32,
        _ value: Int32,
        _ what: String
    ) throws(SockDiagError) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw Self.failure("cannot \(what)")
        }
    }
}
