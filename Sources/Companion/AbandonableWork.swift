import Dispatch
import Synchronization

/// Work that may take longer than anybody wants to wait, each on a thread of its own.
///
/// The threads that run tasks are few, and whoever keeps one of them busy holds up everything else. Work that is not
/// done in time is abandoned: it goes on until it ends by itself, nobody waits for it, and it holds up neither other
/// work nor the end of the process.
final class AbandonableWork<ID: Hashable & Sendable>: Sendable {
    private let underWay = Mutex<Set<ID>>([])

    /// Whether work with this id still runs, abandoned or not.
    func isRunning(_ id: ID) -> Bool {
        underWay.withLock { $0.contains(id) }
    }

    /// What the work comes to, or `nil` if that takes longer than until the deadline, the task is cancelled, or earlier
    /// work with the same id still runs.
    func run<Value: Sendable>(
        _ id: ID,
        until deadline: ContinuousClock.Instant,
        _ work: @escaping @Sendable () -> Value
    ) async -> Value? {
        guard underWay.withLock({ $0.insert(id).inserted }) else { return nil }
        let (results, continuation) = AsyncStream.makeStream(of: Value.self)
        // A serial queue of its own is a thread of its own, however many others are busy.
        DispatchQueue(label: "companion reading").async {
            let value = work()
            _ = self.underWay.withLock { $0.remove(id) }
            continuation.yield(value)
            continuation.finish()
        }
        let timer = Task {
            try? await Task.sleep(until: deadline, clock: .continuous)
            continuation.finish()
        }
        defer { timer.cancel() }
        return await results.first { _ in true }
    }
}
