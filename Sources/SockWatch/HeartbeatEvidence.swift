internal import SockDiag

/// Heartbeats as the kernel saw them written, by the gap method.
///
/// Between two writes of one connection whose times are known lies a gap, and in it went out some segments with new data:
/// the beats. A gap in which there was room for more heartbeats than that missed the rest. A gap that is still open is
/// not judged; it counts once, when it closes. Any data counts as a beat, since it keeps the path and the client awake as
/// a heartbeat does.
public struct HeartbeatEvidence: Hashable, Sendable {
    /// Beats written and missed since the port is watched, over connections that had written before.
    public internal(set) var observed: UInt64 = 0
    public internal(set) var missed: UInt64 = 0
    /// The interval in seconds by which gaps are judged. Nil while none is configured or learned: then none is missed.
    public private(set) var interval: Double?
    /// Whether the interval was learned from the gaps, and not configured.
    public private(set) var isLearned = false

    private var learner = IntervalLearner()

    init(configured: Double?) {
        interval = configured
    }

    /// The same evidence under another configured interval.
    func adopting(configured: Double?) -> HeartbeatEvidence {
        var next = self
        next.interval = configured ?? (isLearned ? interval : nil)
        next.isLearned = configured == nil && isLearned
        return next
    }

    /// Judges a gap that has closed.
    ///
    /// - Parameters:
    ///   - seconds: between the two writes.
    ///   - beats: segments with new data since the first of them.
    ///   - isDisturbed: segments were retransmitted in it. What the application wrote meanwhile may have gone out in
    ///     fewer segments, so nothing is said to be missed.
    mutating func close(gap seconds: Double, beats: UInt32, isDisturbed: Bool, weight: UInt64) {
        observed += UInt64(beats) * weight
        guard !isDisturbed, seconds > 0, beats > 0 else { return }
        learner.add(seconds / Double(beats))
        guard let interval else { return }
        let expected = (seconds / interval).rounded()
        guard expected > Double(beats), expected < Double(UInt32.max) else { return }
        missed += (UInt64(expected) - UInt64(beats)) * weight
    }

    /// Learns the interval, unless it is configured.
    mutating func finishSample() {
        guard interval == nil || isLearned, let learned = learner.interval else { return }
        interval = learned
        isLearned = true
    }
}

/// Learns how often a port's connections write when they write regularly: the median gap, if most gaps are close to it.
struct IntervalLearner: Hashable, Sendable {
    private static let capacity = 256
    private static let fewest = 20
    /// So much of the gaps must lie within a fifth of the median.
    private static let agreement = 0.6
    /// What is written more often than this is no heartbeat, and what is seldomer cannot be told from chance.
    private static let plausible = 0.2...600.0

    private var gaps: [Double] = []
    private var next = 0
    private var isChanged = false
    private var known: Double?

    mutating func add(_ gap: Double) {
        isChanged = true
        if gaps.count < Self.capacity {
            gaps.append(gap)
        } else {
            gaps[next] = gap
            next = (next + 1) % Self.capacity
        }
    }

    /// The interval in seconds, rounded to what people configure. Nil while nothing regular is seen.
    var interval: Double? {
        mutating get {
            guard isChanged, gaps.count >= Self.fewest else { return known }
            isChanged = false
            let median = gaps.sorted()[gaps.count / 2]
            let close = gaps.count { abs($0 - median) <= median / 5 }
            guard Self.plausible.contains(median), Double(close) >= Self.agreement * Double(gaps.count) else {
                return known
            }
            known = Self.rounded(median)
            return known
        }
    }

    /// To half seconds above 5 s, to tenths below, so that jitter does not become a number of its own.
    private static func rounded(_ seconds: Double) -> Double {
        seconds >= 5 ? (seconds * 2).rounded() / 2 : (seconds * 10).rounded() / 10
    }
}
