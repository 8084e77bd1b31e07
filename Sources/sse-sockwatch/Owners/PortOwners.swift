internal import Dispatch
internal import HostSystem
internal import SockDiag
internal import SockWatch
internal import SocketOwners
internal import Synchronization

/// Finds the processes that hold a port's connections, for whoever asks. It blocks, so it has a queue of its own; it is
/// never part of a sample.
///
/// An answer stands for a second, all who ask the same meanwhile share it, and a look is followed by a rest of nine times
/// its length: whoever asks can make the agent spend a tenth of a core, and no more.
final class PortOwners: Sendable {
    struct Question: Hashable, Sendable {
        let port: UInt16
        let side: WatchedPort.Side
        let states: TCPStateSet

        fileprivate var filter: PortFilter {
            let ports = PortSet([port])
            return side == .server ? PortFilter(local: ports) : PortFilter(local: .empty, remote: ports)
        }
    }

    typealias Outcome = Result<HeldSockets, SockDiagError>

    private struct State {
        var standing: [Question: (outcome: Outcome, until: Int64)] = [:]
        var waiting: [Question: [CheckedContinuation<Outcome, Never>]] = [:]
    }

    private struct Work {
        var cache: SocketOwnerCache
        /// No look begins before.
        var rested = Int64.min
    }

    private let state = Mutex(State())
    /// Used on the queue alone.
    private let work: Mutex<Work>
    private let queue = DispatchQueue(label: "owners")

    private static let standing: Int64 = 1_000_000_000
    private static let restForLook: Int64 = 9

    init(cache: SocketOwnerCache = SocketOwnerCache()) {
        work = Mutex(Work(cache: cache))
    }

    func find(_ question: Question) async -> Outcome {
        await withCheckedContinuation { continuation in
            let (standing, isFirst) = state.withLock { state -> (Outcome?, Bool) in
                let now = MonotonicClock.nanoseconds
                if let known = state.standing[question], now < known.until { return (known.outcome, false) }
                let isFirst = state.waiting[question] == nil
                state.waiting[question, default: []].append(continuation)
                return (nil, isFirst)
            }
            if let standing { return continuation.resume(returning: standing) }
            if isFirst { queue.async { self.begin(question) } }
        }
    }

    private func begin(_ question: Question) {
        let rested = work.withLock { $0.rested }
        let now = MonotonicClock.nanoseconds
        guard now >= rested else {
            let pause = DispatchTimeInterval.nanoseconds(Int(rested - now))
            return queue.asyncAfter(deadline: .now() + pause) { self.begin(question) }
        }
        let outcome = Outcome { () throws(SockDiagError) in try look(question) }
        let end = MonotonicClock.nanoseconds
        work.withLock { $0.rested = end + (end - now) * Self.restForLook }
        let waiting = state.withLock { state in
            state.standing = state.standing.filter { end < $0.value.until }
            state.standing[question] = (outcome, end + Self.standing)
            return state.waiting.removeValue(forKey: question) ?? []
        }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }

    private func look(_ question: Question) throws(SockDiagError) -> HeldSockets {
        var table = try KernelTable.open()
        let query = SocketQuery(filter: question.filter, states: question.states.union(.listen))
        let (sockets, listeners) = try SocketDumper.retrying { () throws(SockDiagError) in
            var sockets: [HeldSockets.Socket] = []
            var listeners: Set<UInt32> = []
            try table.dump(query, willLook: {}) { record in
                if record.state == .listen { listeners.insert(record.inode) }
                guard question.states.contains(record.state) else { return }
                sockets.append(.init(state: record.state, inode: record.inode, cgroup: record.cgroupID))
            }
            return (sockets, listeners)
        }
        return work.withLock { work in
            let owners = work.cache.owners(
                of: sockets.lazy.map(\.inode),
                listeners: listeners,
                cgroups: Set(sockets.lazy.compactMap(\.cgroup)),
                at: MonotonicClock.nanoseconds
            )
            return HeldSockets(sockets, owners, unreadable: work.cache.unreadableProcesses, scans: work.cache.scans)
        }
    }
}
