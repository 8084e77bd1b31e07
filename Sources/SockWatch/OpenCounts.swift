/// How many connections of a port the last samples have counted in ESTABLISHED and CLOSE_WAIT.
struct OpenCounts: Hashable, Sendable {
    private struct Counted: Hashable {
        let count: Int
        let at: MonotonicInstant
    }

    /// Enough for the time that a server may take to answer.
    private static let most = 64
    private var counted: [Counted] = []

    mutating func add(_ count: Int, at now: MonotonicInstant) {
        if counted.count == Self.most { counted.removeFirst() }
        counted.append(Counted(count: count, at: now))
    }

    /// The least and the most of the last sample before an instant and of all after it. Nil when there is none before.
    ///
    /// - Parameter instant: nil for after the last sample.
    func counts(since instant: MonotonicInstant?) -> ClosedRange<Int>? {
        let before = counted.lastIndex { sample in instant.map { sample.at <= $0 } ?? true }
        guard let before else { return nil }
        return counted[before...].reduce(counted[before].count...counted[before].count) {
            min($0.lowerBound, $1.count)...max($0.upperBound, $1.count)
        }
    }
}
