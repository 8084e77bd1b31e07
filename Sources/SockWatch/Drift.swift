/// How far the server's own number of connections is from the kernel's at the same moment.
///
/// There is no same moment: the server is asked between two samples. So its number is right while it lies between what
/// the two have counted.
public struct Drift: Hashable, Sendable {
    /// What the server said.
    public let active: Double
    /// Sockets in ESTABLISHED and in CLOSE_WAIT, as counted before and after: the server holds both for connections.
    public let counts: ClosedRange<Int>

    public init(active: Double, before: Int, after: Int) {
        self.active = active
        counts = min(before, after)...max(before, after)
    }

    /// What the kernel has more than the server says; less than 0 when the server says more. The distance to the nearer
    /// count, 0 between them.
    public var value: Double { Self.distance(active, from: counts) }

    static func distance(_ active: Double, from counts: ClosedRange<Int>) -> Double {
        if active < Double(counts.lowerBound) { return Double(counts.lowerBound) - active }
        if active > Double(counts.upperBound) { return Double(counts.upperBound) - active }
        return 0
    }
}

/// Brackets what the server says between samples, and tells whether it keeps being wrong.
struct DriftWindow: Hashable, Sendable {
    /// So many measurements in a row must be off.
    private static let length = 3
    private static let fewest = 10.0
    private static let share = 0.05

    private struct Pending: Hashable {
        let active: Double
        let before: Int
        var after: Int?
    }

    private var pending: Pending?
    /// What the last finished sample of any kind counted.
    private var lastCount: Int?
    private var recent: [Drift] = []

    /// The last measurement. Nil when the server says nothing.
    var latest: Drift? { recent.last }

    /// - Parameter active: nil when the server says nothing.
    mutating func note(active: Double?) {
        guard let active, active.isFinite, let lastCount else {
            pending = nil
            if active == nil { recent = [] }
            return
        }
        pending = Pending(active: active, before: lastCount)
    }

    mutating func finishSample(count: Int, isScheduled: Bool) {
        lastCount = count
        if pending?.after == nil { pending?.after = count }
        guard isScheduled, let pending, let after = pending.after else { return }
        self.pending = nil
        recent.append(Drift(active: pending.active, before: pending.before, after: after))
        if recent.count > Self.length { recent.removeFirst() }
    }

    /// The drift, when it has held. A number that lags while connections come or go is off, too, but it is what the
    /// kernel counted a moment before.
    var held: Drift? {
        guard recent.count == Self.length, let latest else { return nil }
        let counts = recent.reduce(latest.counts) {
            min($0.lowerBound, $1.counts.lowerBound)...max($0.upperBound, $1.counts.upperBound)
        }
        let isOff = recent.allSatisfy {
            Self.isLarge($0.value, $0.counts) && ($0.value > 0) == (latest.value > 0)
        }
        return isOff && Self.isLarge(Drift.distance(latest.active, from: counts), latest.counts) ? latest : nil
    }

    private static func isLarge(_ drift: Double, _ counts: ClosedRange<Int>) -> Bool {
        abs(drift) > max(fewest, share * Double(drift > 0 ? counts.lowerBound : counts.upperBound))
    }
}
