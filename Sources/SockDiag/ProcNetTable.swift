internal import Glibc
internal import SystemPackage

/// Reads the TCP sockets of one network namespace from `/proc/net/tcp` and `/proc/net/tcp6`: for kernels without
/// sock_diag.
///
/// It shows states, queues, timers, owners and inodes. It does not show cookies, cgroups, `tcp_info` and the limits of
/// accept queues; see ``SocketRecord/init(procNetLine:isIPv6:)``. It reads every socket of the namespace, whatever is
/// wanted, and takes several times as long as a ``SocketDumper``.
public struct ProcNetTable: ~Copyable {
    private let ipv4: Int32
    /// -1 on a machine without IPv6.
    private let ipv6: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    /// The cookies of the sockets that the file has shown. Kept from dump to dump, so that its memory is, too.
    private var shown: Set<UInt64> = []

    /// The kernel hands out so many bytes at a time, in whole lines: `seq_read_iter` in `fs/seq_file.c`.
    private static let pieceSize = max(4096, sysconf(Int32(_SC_PAGESIZE)))
    /// No line is longer: they are of 150 bytes, or up to 190.
    private static let lineSize = 256

    /// Opens the files in the network namespace of this thread. They show that namespace for good.
    ///
    /// - Throws: ``SockDiagError`` when there is no such file, as without procfs.
    public init() throws(SockDiagError) {
        // Not /proc/net: that is the namespace of the process, whatever that of the thread.
        try self.init(directory: "/proc/thread-self/net")
    }

    init(directory: String) throws(SockDiagError) {
        let ipv4 = Self.open("\(directory)/tcp")
        guard ipv4 >= 0 else { throw NetlinkSocket.failure("cannot open \(directory)/tcp") }
        self.ipv4 = ipv4
        ipv6 = Self.open("\(directory)/tcp6")
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * Self.pieceSize, alignment: 16)
    }

    deinit {
        close(ipv4)
        if ipv6 >= 0 { close(ipv6) }
        buffer.deallocate()
    }

    /// As ``SocketDumper/dump(_:capture:willLook:visit:)``, with what these files tell.
    public mutating func dump(
        _ query: SocketQuery,
        willLook: () -> Void = {},
        visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) {
        guard !query.filter.isEmpty else { return }
        for (file, isIPv6) in [(ipv4, false), (ipv6, true)] where file >= 0 {
            try read(file, isIPv6: isIPv6, listenersOnly: query.states == .listen, willLook) { record in
                guard query.states.contains(record.state),
                    query.filter.matches(localPort: record.local.port, remotePort: record.remote.port)
                else { return }
                visit(record)
            }
        }
    }

    /// The kernel keeps its place from one piece to the next, but for the end of the table: asked what comes after that, it
    /// counts sockets from the front, and shows as many once more as have been opened meanwhile (`tcp_seq_start`). So what
    /// has been shown is passed over; and what begins with it after a piece that was not full is the end. Otherwise a
    /// machine whose connections come faster than they are read would be read for ever.
    ///
    /// - Parameter listenersOnly: ends at the first socket that is no listener: the kernel shows listeners first.
    private mutating func read(
        _ file: Int32,
        isIPv6: Bool,
        listenersOnly: Bool,
        _ willLook: () -> Void,
        _ visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) {
        guard lseek(file, 0, SEEK_SET) == 0 else { throw NetlinkSocket.failure("cannot begin to read /proc/net/tcp") }
        shown.removeAll(keepingCapacity: true)
        var isHeader = true
        var filled = 0
        var mayBeEnd = false
        while true {
            willLook()
            let count = NetlinkSocket.retryOnInterrupt {
                Glibc.read(file, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            willLook()
            guard count >= 0 else { throw NetlinkSocket.failure("cannot read /proc/net/tcp") }
            if count == 0 { break }
            filled += count
            var start = 0
            var isFirst = true
            while let end = buffer[start..<filled].firstIndex(of: UInt8(ascii: "\n")) {
                if !isHeader {
                    let line = UnsafeRawBufferPointer(rebasing: buffer[start..<end]).bytes
                    let record = try SocketRecord(procNetLine: line, isIPv6: isIPv6)
                    if listenersOnly, record.state != .listen { return }
                    if shown.insert(record.cookie).inserted {
                        visit(record)
                    } else if mayBeEnd, isFirst {
                        return
                    }
                }
                (isHeader, isFirst) = (false, false)
                start = end + 1
            }
            mayBeEnd = count + Self.lineSize <= Self.pieceSize
            guard start > 0 || filled < buffer.count else {
                throw SockDiagError(.malformed, "a line of /proc/net/tcp is longer than \(buffer.count) bytes")
            }
            if start > 0 {
                buffer.copyBytes(from: UnsafeRawBufferPointer(rebasing: buffer[start..<filled]))
                filled -= start
            }
        }
        guard filled == 0, !isHeader else {
            throw SockDiagError(.malformed, "/proc/net/tcp ends in the middle of a line")
        }
    }

    private static func open(_ path: String) -> Int32 {
        Int32(NetlinkSocket.retryOnInterrupt { Int(Glibc.open(path, O_RDONLY | O_CLOEXEC)) })
    }
}
