/// How far the server's own number of connections is from the kernel's at the same moment.
///
/// There is no same moment: the server is asked between two samples. So its number is right while it lies between what
/// the two have counted.
public struct Drift: Hashable, Sendable {
    /// What the server said.
    public let active: Double
    /// Sockets in ESTABLISHED and in CLOSE_WAIT on all ports that the server speaks for, as counted before and after: the
    /// server holds both for connections.
    public let counts: ClosedRange<Int>

    public init(active: Double, counts: ClosedRange<Int>) {
        self.active = active
        self.counts = counts
    }

    /// What the kernel has more than the server says; less than 0 when the server says more. The distance to the nearer
    /// count, 0 between them.
    public var value: Double { Self.distance(active, from: counts) }

    /// The nearer of the two counts.
    public var kernel: Int { value > 0 ? counts.lowerBound : counts.upperBound }

    /// For so many seconds a drift must last before it is called one, however often the kernel is sampled: a number that
    /// lags by a second is off in many samples of a tenth.
    public static let heldAfter = 10.0

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
        /// What was counted before the server was asked, and until now.
        var counts: ClosedRange<Int>
        /// Whether a sample has come after the answer.
        var isBracketed = false
    }

    private var pending: Pending?
    private struct Measured: Hashable {
        let drift: Drift
        let at: MonotonicInstant
    }

    private var recent: [Measured] = []

    /// The last measurement. Nil when the server says nothing.
    var latest: Drift? { recent.last?.drift }

    /// - Parameter counts: what samples of any kind counted from before the server was asked. Nil when none did.
    mutating func note(active: Double, counts: ClosedRange<Int>?) {
        guard active.isFinite, let counts else { return pending = nil }
        pending = Pending(active: active, counts: counts)
    }

    mutating func finishSample(count: Int, isScheduled: Bool, at now: MonotonicInstant) {
        if let asked = pending, !asked.isBracketed {
            pending?.counts = min(asked.counts.lowerBound, count)...max(asked.counts.upperBound, count)
            pending?.isBracketed = true
        }
        guard isScheduled, let measured = pending else { return }
        pending = nil
        recent.append(Measured(drift: Drift(active: measured.active, counts: measured.counts), at: now))
        while recent.count > Self.length, now.seconds(since: recent[1].at) >= Drift.heldAfter { recent.removeFirst() }
    }

    /// The drift, when it has held. A number that lags while connections come or go is off, too, but it is what the
    /// kernel counted a moment before.
    var held: Drift? {
        guard let first = recent.first, let last = recent.last, recent.count >= Self.length,
            last.at.seconds(since: first.at) >= Drift.heldAfter
        else { return nil }
        let latest = last.drift
        let counts = recent.reduce(latest.counts) {
            min($0.lowerBound, $1.drift.counts.lowerBound)...max($0.upperBound, $1.drift.counts.upperBound)
        }
        let isOff = recent.allSatisfy {
            Self.isLarge($0.drift.value, $0.drift.counts) && ($0.drift.value > 0) == (latest.value > 0)
        }
        return isOff && Self.isLarge(Drift.distance(latest.active, from: counts), latest.counts) ? latest : nil
    }

    private static func isLarge(_ drift: Double, _ counts: ClosedRange<Int>) -> Bool {
        abs(drift) > max(fewest, share * Double(drift > 0 ? counts.lowerBound : counts.upperBound))
    }
}
