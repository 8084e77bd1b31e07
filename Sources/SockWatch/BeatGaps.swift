/// The latest gaps between writes of a port's connections, and what they have in common.
struct BeatGaps: Hashable, Sendable {
    private struct Gap: Hashable, Sendable {
        var seconds: Float
        var beats: UInt32
        var bytes: UInt32

        /// The size of one beat, if all can be of the same.
        var size: UInt32? { bytes % beats == 0 ? bytes / beats : nil }
    }

    /// From fewer nothing is concluded.
    static let fewest = 20
    private static let capacity = 128
    /// A gap with more beats may be off by one only because the interval is not known well enough.
    private static let mostBeats: UInt32 = 30
    /// Such a share of the gaps must be whole multiples of an interval to find it, and such a share must not contradict it
    /// to keep it.
    private static let agreement = 0.7
    private static let admission = 0.5
    /// What is written more often than this is no heartbeat, and what is seldomer cannot be told from chance.
    private static let plausible = 0.2...600.0

    private var gaps: [Gap] = []
    private var next = 0

    var count: Int { gaps.count }
    /// Whether something can be concluded.
    var areEnough: Bool { gaps.count >= Self.fewest }

    /// Returns whether the gap is one of those that can be learned from.
    @discardableResult
    mutating func add(_ seconds: Double, beats: UInt32, bytes: UInt32) -> Bool {
        guard beats <= Self.mostBeats, seconds > 0 else { return false }
        let gap = Gap(seconds: Float(seconds), beats: beats, bytes: bytes)
        if gaps.count < Self.capacity {
            // At once, and not at the start: a plan may watch many ports that nobody connects to.
            if gaps.isEmpty { gaps.reserveCapacity(Self.capacity) }
            gaps.append(gap)
        } else {
            gaps[next] = gap
            next = (next + 1) % Self.capacity
        }
        return true
    }

    mutating func removeAll() {
        gaps.removeAll(keepingCapacity: true)
        next = 0
    }

    /// Those whose beats can all be of that size.
    func ofSize(_ size: UInt32) -> BeatGaps {
        var own = BeatGaps()
        for gap in gaps where gap.size == size { own.add(Double(gap.seconds), beats: gap.beats, bytes: gap.bytes) }
        return own
    }

    /// A size that at least every tenth gap has, and no other nearly as often.
    var commonSize: UInt32? {
        var counts: [UInt32: Int] = [:]
        for gap in gaps { if let size = gap.size { counts[size, default: 0] += 1 } }
        let ranks = counts.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
        guard let first = ranks.first, first.value >= max(8, gaps.count / 10) else { return nil }
        return ranks.count == 1 || first.value >= 2 * ranks[1].value ? first.key : nil
    }

    /// The time of which most gaps are whole multiples, and that leaves room for their beats. Not all are once that time:
    /// gaps hold several beats when samples are rare, and missed ones make gaps longer.
    ///
    /// - Parameter expected: the only time that is tried, or nil to try what the gaps suggest.
    func interval(near expected: Double?) -> Double? {
        guard areEnough else { return nil }
        let paces = gaps.map { Double($0.seconds) / Double($0.beats) }.sorted()
        let quantiles = [10, 8, 12, 6, 14, 4, 16, 2, 18].map { paces[paces.count * $0 / 20] }
        var best: (period: Double, share: Double)?
        for period in expected.map({ [$0] }) ?? quantiles where Self.plausible.contains(period) || expected != nil {
            let multiples = gaps.compactMap { gap in Self.multiple(gap, of: period).map { Double(gap.seconds) / $0 } }
            let share = Double(multiples.count) / Double(gaps.count)
            // The first is the median; another must be clearly better.
            guard share >= Self.agreement, share > (best?.share ?? 0) + 0.05 else { continue }
            best = (multiples.sorted()[multiples.count / 2], share)
        }
        return best?.period
    }

    /// Whether heartbeats of that interval may be among these writes: most gaps are whole multiples of it, or no longer
    /// than their beats account for, since other writes were among them.
    func admit(interval period: Double) -> Bool {
        let tolerance = Self.tolerance(period)
        let admitting = gaps.count { gap in
            Double(gap.seconds) / period <= Double(gap.beats) + tolerance || Self.multiple(gap, of: period) != nil
        }
        return Double(admitting) >= Self.admission * Double(gaps.count)
    }

    /// So far from a whole multiple, as a share of the interval, may a gap be. A busy machine is late by more than a tenth
    /// of a short one, and the kernel tells times to its clock tick, which is up to 10 ms.
    private static func tolerance(_ period: Double) -> Double { min(0.1 + 0.01 / period, 0.2) }

    /// How many whole times the gap is that long, if it is and has no more beats.
    private static func multiple(_ gap: Gap, of period: Double) -> Double? {
        let times = Double(gap.seconds) / period
        let whole = times.rounded()
        return whole >= Double(gap.beats) && whole > 0 && abs(times - whole) <= tolerance(period) ? whole : nil
    }
}
