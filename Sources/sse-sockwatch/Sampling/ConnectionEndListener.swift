internal import HostSystem
internal import Logging
internal import SockDiag
internal import SockWatch
internal import Synchronization

/// Hears of connections that end, on a thread of its own, and keeps what it heard until the next sample takes it: a dump
/// that takes half a second must not make the kernel's buffer overflow.
final class ConnectionEndListener: Sendable {
    /// What was heard since it was last asked.
    struct Heard: Sendable {
        var ends: [ConnectionEnd] = []
        /// Events that the kernel threw away, or that found no room here, since the start.
        var lost: UInt64 = 0
        /// Why nothing is heard any more; nil while it works.
        var failure: String?
    }

    /// More than these are kept only by losing them: 40 MB, or some minutes of a thousand ends a second.
    private static let capacity = 500_000

    private let heard = Mutex(Heard())
    /// The ends of other ports are not kept. The kernel is told so, once there is a reader.
    private struct Wanted {
        var filter = PortFilter.all
        var inKernel: DestroyEventFilter?
    }

    private let wanted = Mutex(Wanted())
    private let bufferBytes: Int
    private let stopSignal: StopSignal
    private let logger: Logger

    /// - Parameter bufferBytes: the receive buffer to ask for.
    init(bufferBytes: Int, logger: Logger) throws(SockDiagError) {
        self.bufferBytes = bufferBytes
        stopSignal = try StopSignal()
        self.logger = logger
    }

    /// Begins to listen, in the network namespace of this process.
    func start() throws(SystemCallError) {
        try DedicatedThread.start { [self] in listen() }
    }

    func stop() {
        stopSignal.stop()
    }

    /// Keeps the ends of these ports only, from now on.
    func watch(_ filter: PortFilter) {
        wanted.withLock { wanted in
            guard wanted.filter != filter else { return }
            wanted.filter = filter
            tellKernel(wanted)
        }
    }

    private func tellKernel(_ wanted: Wanted) {
        do {
            try wanted.inKernel?.keep(wanted.filter)
        } catch {
            logger.notice(
                "the ends of all connections are heard of and sorted out here",
                metadata: ["reason": "\(error)"]
            )
        }
    }

    /// What was heard since the last call. What is lost adds up.
    func take() -> Heard {
        heard.withLock { heard in
            let taken = heard
            heard.ends.removeAll(keepingCapacity: true)
            return taken
        }
    }

    private func listen() {
        do throws(SockDiagError) {
            var reader = try DestroyEventReader(receiveBufferSize: bufferBytes, stop: stopSignal)
            let inKernel = try reader.filter()
            wanted.withLock { wanted in
                wanted.inKernel = inKernel
                tellKernel(wanted)
            }
            var lostHere: UInt64 = 0
            while true {
                var batch: [ConnectionEnd] = []
                let filter = wanted.withLock(\.filter)
                let outcome = try reader.next { record in
                    if filter.mayMatchEnd(localPort: record.local.port, remotePort: record.remote.port) {
                        batch.append(ConnectionEnd(record, at: .now))
                    }
                }
                if outcome == .stopped { return }
                let lostByKernel = UInt64(reader.lostEvents() ?? 0)
                heard.withLock { heard in
                    let room = Self.capacity - heard.ends.count
                    heard.ends.append(contentsOf: batch.prefix(room))
                    lostHere += UInt64(max(0, batch.count - room))
                    heard.lost = lostByKernel + lostHere
                }
            }
        } catch {
            heard.withLock { $0.failure = error.description }
            logger.error("connections that end are no longer heard of", metadata: ["reason": "\(error)"])
        }
    }
}
