internal import Glibc
internal import HostSystem
internal import Logging
internal import SockDiag
internal import Synchronization

/// Hears of connections that end, in any number of network namespaces, on a thread of its own: a dump that takes half a
/// second must not make the kernel's buffers overflow.
final class ConnectionEndListener: Sendable {
    private struct State {
        var queues: [EndQueue] = []
        var isStopping = false
        /// Why the thread has ended; nil while it listens.
        var failure: String?
    }

    /// More than these are kept only by losing them: 40 MB, or some minutes of a thousand ends a second.
    private static let capacity = 500_000

    private let state = Mutex(State())
    private let room = EndQueue.Room(capacity)
    private let wake: WakeSignal
    private let logger: Logger

    /// Begins to wait for what there is to hear.
    init(logger: Logger) throws(SystemCallError) {
        wake = try WakeSignal()
        self.logger = logger
        try DedicatedThread.start { [self] in listen() }
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        wake.wake()
    }

    /// Hears what this reader hears, from now on.
    func add(_ reader: consuming sending DestroyEventReader) -> EndQueue {
        let queue = EndQueue(reader, room: room, logger: logger)
        let failure = state.withLock { state in
            if state.failure == nil { state.queues.append(queue) }
            return state.failure
        }
        if let failure { queue.fail(failure) }
        wake.wake()
        return queue
    }

    /// Lets go of a queue's network namespace. The thread has it in its hands until it wakes.
    func remove(_ queue: EndQueue) {
        state.withLock { $0.queues.removeAll { $0 === queue } }
        queue.close()
        wake.wake()
    }

    private func listen() {
        var watched: [pollfd] = []
        while true {
            let (queues, isStopping) = state.withLock { ($0.queues, $0.isStopping) }
            if isStopping { return }
            watched.removeAll(keepingCapacity: true)
            watched.append(pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0))
            for queue in queues { watched.append(pollfd(fd: queue.descriptor, events: Int16(POLLIN), revents: 0)) }
            guard wait(&watched) else { return }
            if watched[0].revents != 0 { wake.clear() }
            for (place, queue) in queues.enumerated() where watched[place + 1].revents != 0 { read(queue) }
        }
    }

    private func wait(_ watched: inout [pollfd]) -> Bool {
        while poll(&watched, nfds_t(watched.count), -1) < 0 {
            guard errno != EINTR else { continue }
            let error = SystemCallError(operation: "wait for the kernel's events", number: errno)
            fail("\(error)")
            return false
        }
        return true
    }

    private func read(_ queue: EndQueue) {
        do throws(SockDiagError) {
            try queue.read()
        } catch {
            state.withLock { $0.queues.removeAll { $0 === queue } }
            logger.error("connections that end are no longer heard of", metadata: ["reason": "\(error)"])
        }
    }

    private func fail(_ reason: String) {
        let queues = state.withLock { state in
            state.failure = reason
            defer { state.queues = [] }
            return state.queues
        }
        for queue in queues { queue.fail(reason) }
        logger.error("connections that end are no longer heard of", metadata: ["reason": "\(reason)"])
    }
}
