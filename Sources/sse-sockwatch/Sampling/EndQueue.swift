internal import Logging
internal import SockDiag
internal import SockWatch
internal import Synchronization

/// The connections of one network namespace that have ended, on their way from the thread that hears of them to the one
/// that samples.
final class EndQueue: Sendable {
    /// What was heard since it was last asked.
    struct Heard: Sendable {
        var ends: [ConnectionEnd] = []
        /// Events that the kernel threw away since the start.
        fileprivate(set) var lostByKernel: UInt64 = 0
        /// Events that found no room here since the start.
        fileprivate(set) var lostHere: UInt64 = 0
        /// Why nothing is heard any more; nil while it works.
        var failure: String?

        var lost: UInt64 { lostByKernel + lostHere }
    }

    /// How many ends may wait in all queues together.
    final class Room: Sendable {
        private let free: Mutex<Int>

        init(_ capacity: Int) {
            free = Mutex(capacity)
        }

        func take(upTo count: Int) -> Int {
            free.withLock { free in
                let taken = min(free, count)
                free -= taken
                return taken
            }
        }

        func giveBack(_ count: Int) {
            free.withLock { $0 += count }
        }
    }

    private let heard = Mutex(Heard())
    /// The ends of other ports are not kept. The kernel is told so.
    private let filter = Mutex(PortFilter.all)
    /// Only ever locked for as long as it takes to read what is there. Nil once it is closed.
    private let reader: Mutex<DestroyEventReader?>
    private let room: Room
    private let logger: Logger
    /// What the reader is polled by. Void once it is closed.
    let descriptor: Int32

    init(_ reader: consuming sending DestroyEventReader, room: Room, logger: Logger) {
        descriptor = reader.descriptor
        self.reader = Mutex(reader)
        self.room = room
        self.logger = logger
    }

    deinit {
        room.giveBack(heard.withLock { $0.ends.count })
    }

    /// Lets go of the network namespace.
    func close() {
        reader.withLock { $0 = nil }
    }

    /// Keeps the ends of these ports only, from now on.
    func watch(_ filter: PortFilter) {
        let isNew = self.filter.withLock { former in
            defer { former = filter }
            return former != filter
        }
        guard isNew else { return }
        do throws(SockDiagError) {
            // What tells the kernel has a descriptor of its own, which is needed no longer than for this.
            try reader.withLock { (reader) throws(SockDiagError) in try reader?.filter().keep(filter) }
        } catch {
            logger.notice(
                "the ends of all connections are heard of and sorted out here",
                metadata: ["reason": "\(error)"]
            )
        }
    }

    /// What was heard since the last call. What is lost adds up.
    func take() -> Heard {
        let taken = heard.withLock { heard in
            defer { heard.ends = [] }
            return heard
        }
        room.giveBack(taken.ends.count)
        return taken
    }

    /// Reads what is there, without waiting. A failure is noted and thrown, and closes it.
    func read() throws(SockDiagError) {
        do throws(SockDiagError) {
            try reader.withLock { (reader) throws(SockDiagError) in try read(&reader) }
        } catch {
            fail(error.description)
            throw error
        }
    }

    /// Closes it, and says why.
    func fail(_ reason: String) {
        close()
        heard.withLock { $0.failure = reason }
    }

    private func read(_ reader: inout DestroyEventReader?) throws(SockDiagError) {
        var batch: [ConnectionEnd] = []
        let filter = self.filter.withLock(\.self)
        let outcome = try reader?.next(timeout: .zero) { record in
            if filter.mayMatchEnd(localPort: record.local.port, remotePort: record.remote.port) {
                batch.append(ConnectionEnd(record, at: .now))
            }
        }
        guard outcome != nil, outcome != .timedOut else { return }
        let kept = room.take(upTo: batch.count)
        let lost = reader?.lostEvents()
        heard.withLock { heard in
            heard.ends.append(contentsOf: batch.prefix(kept))
            heard.lostHere += UInt64(batch.count - kept)
            // The kernel counts modulo 2^32.
            if let lost { heard.lostByKernel += UInt64(lost &- UInt32(truncatingIfNeeded: heard.lostByKernel)) }
        }
    }
}
