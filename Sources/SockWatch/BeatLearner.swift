/// Learns how often and how much a port's connections write when they write heartbeats.
///
/// It looks at the gaps between writes. If most are whole multiples of one time, that is the interval: not all are once
/// that time, because gaps hold several beats when samples are rare, and missed ones make gaps longer. A size that stands
/// out among the writes is taken on trial: if the writes of that size keep such an interval, they are heartbeats.
struct BeatLearner: Hashable, Sendable {
    private struct Gap: Hashable, Sendable {
        var seconds: Float
        var beats: UInt32
        var bytes: UInt32

        /// The size of one beat, if all can be of the same.
        var size: UInt32? { bytes % beats == 0 ? bytes / beats : nil }
    }

    private enum Stage: Hashable {
        /// Any write is a beat.
        case anything
        /// Writes of a size are watched, whether they are heartbeats. None counts.
        case trial
        /// They are.
        case trusted
    }

    private static let capacity = 256
    private static let fewest = 20
    /// A gap with more beats may be off by one only because the interval is not known well enough.
    private static let mostBeats: UInt32 = 30
    /// So far from a whole multiple, as a share of the interval, may a gap be; and so many of them must not be further.
    private static let tolerance = 0.1
    private static let agreement = 0.7
    /// What is written more often than this is no heartbeat, and what is seldomer cannot be told from chance.
    private static let plausible = 0.2...600.0

    let configured: Double?
    private var stage = Stage.anything
    private var candidate: UInt32?
    private var rejected: UInt32?
    private var gaps: [Gap] = []
    private var next = 0
    /// Gaps added since the last look, and writes that were no heartbeats since the last look at these.
    private var fresh = 0
    private var others = 0
    private var heartbeats = 0
    /// The interval as it is kept, which is a little more than the configured one. Nil while none is seen.
    private(set) var period: Double?

    init(configured: Double?) {
        self.configured = configured
    }

    /// The bytes of one heartbeat. Nil when any write is one.
    var size: UInt32? { stage == .anything ? nil : candidate }
    var isOnTrial: Bool { stage == .trial }
    var isTrusted: Bool { stage == .trusted }

    mutating func add(_ seconds: Double, beats: UInt32, bytes: UInt32) {
        heartbeats += 1
        guard beats <= Self.mostBeats else { return }
        fresh += 1
        let gap = Gap(seconds: Float(seconds), beats: beats, bytes: bytes)
        if gaps.count < Self.capacity {
            // At once, and not at the start: a plan may watch many ports that nobody connects to.
            if gaps.isEmpty { gaps.reserveCapacity(Self.capacity) }
            gaps.append(gap)
        } else {
            gaps[next] = gap
            next = (next + 1) % Self.capacity
        }
    }

    /// A write that was not of the heartbeats' size.
    mutating func noteOther() {
        others += 1
    }

    mutating func learn() {
        guard fresh >= Self.fewest || others >= 2000 else { return }
        fresh = 0
        switch stage {
        case .anything: lookForSize()
        case .trial, .trusted: verify()
        }
    }

    private mutating func lookForSize() {
        period = Self.interval(of: gaps, configured) ?? period
        guard let size = mostFrequentSize, size != rejected else { return }
        candidate = size
        let own = gaps.filter { $0.size == size }
        if own.count >= Self.fewest, let found = Self.interval(of: own, configured) {
            (stage, period) = (.trusted, found)
            gaps = own
        } else {
            stage = .trial
            gaps.removeAll(keepingCapacity: true)
        }
        (next, others, heartbeats) = (0, 0, 0)
    }

    private mutating func verify() {
        if gaps.count >= Self.fewest, let found = Self.interval(of: gaps, configured) {
            (stage, period) = (.trusted, found)
            // Heartbeats that have become rare among other writes may have changed their size.
            guard others >= 2000 else { return }
            defer { (others, heartbeats) = (0, 0) }
            if heartbeats * 50 >= others { return }
        } else if gaps.count < Self.fewest, others < 2000 {
            return
        } else {
            rejected = candidate
        }
        (stage, candidate) = (.anything, nil)
        gaps.removeAll(keepingCapacity: true)
        (next, others, heartbeats) = (0, 0, 0)
    }

    /// A size that at least every tenth gap has, and no other nearly as often.
    private var mostFrequentSize: UInt32? {
        var counts: [UInt32: Int] = [:]
        for gap in gaps { if let size = gap.size { counts[size, default: 0] += 1 } }
        let ranks = counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
        guard let first = ranks.first, first.value >= max(8, gaps.count / 10) else { return nil }
        return ranks.count == 1 || first.value >= 2 * ranks[1].value ? first.key : nil
    }

    /// The time of which most gaps are whole multiples, and that leaves room for their beats.
    private static func interval(of gaps: [Gap], _ configured: Double?) -> Double? {
        guard gaps.count >= fewest else { return nil }
        let paces = gaps.map { Double($0.seconds) / Double($0.beats) }.sorted()
        let quantiles = [10, 8, 12, 6, 14, 4, 16, 2, 18].map { paces[paces.count * $0 / 20] }
        var best: (period: Double, share: Double)?
        for period in configured.map({ [$0] }) ?? quantiles where plausible.contains(period) || configured != nil {
            let multiples = gaps.compactMap { gap -> Double? in
                let seconds = Double(gap.seconds)
                let whole = (seconds / period).rounded()
                guard whole >= Double(gap.beats), whole > 0, abs(seconds / period - whole) <= tolerance else {
                    return nil
                }
                return seconds / whole
            }
            let share = Double(multiples.count) / Double(gaps.count)
            // The first is the median; another must be clearly better.
            guard share >= agreement, share > (best?.share ?? 0) + 0.05 else { continue }
            best = (multiples.sorted()[multiples.count / 2], share)
        }
        return best?.period
    }

    /// To a number that people configure, if there is one within a hundredth.
    static func rounded(_ seconds: Double) -> Double {
        for step in [60.0, 15, 5, 1, 0.5, 0.1, 0.05, 0.01] {
            let near = (seconds / step).rounded() * step
            if near > 0, abs(near - seconds) <= seconds / 100 { return (near * 100).rounded() / 100 }
        }
        return seconds
    }
}
