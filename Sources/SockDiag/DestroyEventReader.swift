internal import CSockDiag
internal import Glibc

/// Hears of every TCP socket of one network namespace at the moment when the kernel frees it, so that connections that
/// begin and end between two dumps are seen, too.
///
/// ```swift
/// let stop = try StopSignal()
/// var reader = try DestroyEventReader(stop: stop)
/// while case let outcome = try reader.next(visit: { print($0.local, $0.remote, $0.cookie) }), outcome != .stopped {
///     if outcome == .lost { print("\(reader.lostEvents() ?? 0) lost so far: take a fresh dump") }
/// }
/// ```
///
/// The kernel sends one message for each full socket. A connection's socket is freed when it reaches CLOSED, or
/// TIME_WAIT, or FIN_WAIT2 without a process, where a small object takes its place, with the same cookie; that object's
/// own end is not told. A socket that a process holds is told of only after the process has closed it. So one in
/// CLOSE_WAIT stays until then, and one that the peer has reset is missing from dumps before it is told of.
/// Connections that never got past SYN_RECEIVED are not told of; attempts to connect that failed, listeners, and sockets
/// that were bound and nothing more, are.
///
/// Listening takes no privilege. It costs the kernel one message for each socket of the namespace, whatever its port; a
/// ``DestroyEventFilter`` spares the reader those that it does not want.
public struct DestroyEventReader: ~Copyable {
    /// What ended a call of ``next(timeout:visit:)``.
    public enum Outcome: Hashable, Sendable {
        /// So many events were visited.
        case events(Int)
        /// The buffer was full and the kernel threw events away. From then on it throws all away until the buffer has
        /// been read empty, so go on reading; ``DestroyEventReader/lostEvents()`` counts them.
        case lost
        /// Nothing came in the time given.
        case timedOut
        /// The ``StopSignal`` was given.
        case stopped
    }

    /// The size of the receive buffer as the kernel counts it, twice what it granted. An event takes 1280 bytes of it
    /// (Linux 6.18), so the default holds about 6500 events.
    public let receiveBufferSize: Int

    /// Readable while events wait, for those who wait for many readers at a time, with a `poll` of their own, and then
    /// call ``next(timeout:visit:)`` with a timeout of zero. Not to be read or closed; valid as long as the reader.
    public var descriptor: Int32 { socket.descriptor }

    let socket: NetlinkSocket
    private let stop: StopSignal?
    private let buffer: UnsafeMutableRawBufferPointer
    private var isLossUntold = false

    /// An event is 380 bytes long on Linux 6.18.
    private static let bufferSize = 8 << 10

    /// How many events one call visits, so that a stop is seen while events rain.
    private static let batch = 1024

    /// Opens a socket in the network namespace of this thread and begins to listen. Events from now on wait in the
    /// buffer until they are read.
    ///
    /// - Parameters:
    ///   - receiveBufferSize: bytes. More than `net.core.rmem_max` is granted to CAP_NET_ADMIN only; others get that.
    ///   - stop: ends the waiting.
    /// - Throws: ``SockDiagError``; ``SockDiagError/isUnsupported`` tells that this kernel has no sock_diag for TCP.
    public init(receiveBufferSize: Int = 4 << 20, stop: StopSignal? = nil) throws(SockDiagError) {
        let socket = try NetlinkSocket()
        let granted = try socket.setReceiveBuffer(receiveBufferSize)
        try socket.join(group: CSD_GROUP_TCP_DESTROY)
        try socket.join(group: CSD_GROUP_TCP6_DESTROY)
        self.receiveBufferSize = granted
        self.socket = socket
        self.stop = stop
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// How many events have been lost since the reader was opened, as the kernel counts them, modulo 2^32. It can grow
    /// after ``Outcome/lost`` without being told again, until the buffer has been read empty. Nil before Linux 4.12.
    public borrowing func lostEvents() -> UInt32? {
        socket.droppedMessages()
    }

    /// Waits for events, with `poll`, and hands all that are there to `visit`, at most 1024 of them. Allocates nothing.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait. Nil waits until there is an event or a stop; zero does not wait.
    ///   - visit: gets each socket as it was at its end; ``SocketRecord/wasAborted`` and its
    ///     neighbours say which fields hold.
    /// - Throws: ``SockDiagError`` when the system fails or a message lies about its lengths. Reading can go on.
    public mutating func next(
        timeout: Duration? = nil,
        visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) -> Outcome {
        if isLossUntold {
            isLossUntold = false
            return .lost
        }
        let deadline = timeout.map { ContinuousClock.now + $0 }
        while true {
            switch try wait(until: deadline) {
            case .stopped: return .stopped
            case .timedOut: return .timedOut
            case .ready: break
            }
            let count = try readWhatIsThere(visit)
            if count > 0 { return .events(count) }
            if isLossUntold {
                isLossUntold = false
                return .lost
            }
        }
    }

    private mutating func readWhatIsThere(
        _ visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) -> Int {
        var count = 0
        while count < Self.batch {
            switch try socket.receiveWithoutWaiting(into: buffer) {
            case .nothing:
                return count
            case .overrun:
                isLossUntold = true
                return count
            case .datagram(let length):
                count += try DestroyEventParser.parse(
                    UnsafeRawBufferPointer(rebasing: buffer[..<length]).bytes,
                    visit: visit
                )
            }
        }
        return count
    }

    private enum Readiness {
        case ready, timedOut, stopped
    }

    private borrowing func wait(until deadline: ContinuousClock.Instant?) throws(SockDiagError) -> Readiness {
        // poll() passes over a negative descriptor.
        var watched = (
            pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
        )
        while true {
            let left = deadline.map { Self.milliseconds(ContinuousClock.now.duration(to: $0)) } ?? -1
            let ready = withUnsafeMutableBytes(of: &watched) { bytes in
                bytes.withMemoryRebound(to: pollfd.self) { poll($0.baseAddress, nfds_t($0.count), left) }
            }
            if ready > 0 { return watched.1.revents != 0 ? .stopped : .ready }
            if ready == 0 { return .timedOut }
            if errno != EINTR { throw NetlinkSocket.failure("cannot wait for the kernel's events") }
        }
    }

    /// Rounded up, so that a wait is never shorter than was asked for.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        guard duration > .zero else { return 0 }
        let (seconds, attoseconds) = duration.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

/// One owner at a time has the socket and the buffer, on whichever thread; a stop signal may be shared.
extension DestroyEventReader: @unchecked Sendable {}
