/// Learns how often and how much a port's connections write when they write heartbeats.
///
/// If most gaps between writes are whole multiples of one time, that is the interval. A size that stands out among the
/// writes is taken on trial: if the gaps between two writes of that size keep such an interval, they are heartbeats. A
/// gap that began with anything else says nothing: the head of a response or an event is not written at the time of a
/// heartbeat, and a crowd that connects at once brings many such gaps. No trial is lost for good: it goes on until its
/// size keeps an interval, or another stands out.
struct BeatLearner: Hashable, Sendable {
    private enum Stage: Hashable {
        /// No size stands out: any write is a beat.
        case anything
        /// Writes of a size are watched, whether they are heartbeats. Any write is a beat meanwhile.
        case trial
        /// They are.
        case trusted
    }

    /// What is to be done with beats that were counted while it was not known which writes are heartbeats.
    enum Provisional: Hashable {
        /// It may soon be known.
        case hold
        case count
        /// Other writes were among them, and now heartbeats can be told from these.
        case drop
    }

    /// After so many writes of other kinds, of which hardly any was a heartbeat, heartbeats may have another size.
    private static let manyOthers = 2000
    private static let manyOthersInARow = 100
    /// After so many gaps without a verdict, any write may well remain a beat.
    private static let patience = 1000

    let configured: Double?
    private var stage = Stage.anything
    /// The bytes of one heartbeat, or what is on trial for it.
    private(set) var size: UInt32?
    /// Between any writes, until a size is trusted; and between writes of the size.
    private var all = BeatGaps()
    private var own = BeatGaps()
    /// Gaps added since the last look, and looks and gaps since nothing was known.
    private var fresh = 0
    private var looks = 0
    private var seen = 0
    /// Writes since the size is trusted that were no heartbeats, and that were.
    private var others = 0
    private var heartbeats = 0
    private var provisional = Provisional.count
    /// The interval as it is kept, which is a little more than the configured one. Nil while none is seen.
    private(set) var period: Double?
    /// Whether what is written contradicts the configured interval, so that nothing can be called missed by it.
    private(set) var isContradicted = false

    init(configured: Double?) {
        self.configured = configured
    }

    var isTrusted: Bool { stage == .trusted }

    /// - Parameter isFromBeat: whether the gap began with a write of ``size``.
    mutating func add(_ seconds: Double, beats: UInt32, bytes: UInt32, isFromBeat: Bool) {
        var isNews = false
        if isFromBeat, let size, size.multipliedReportingOverflow(by: beats) == (bytes, false) {
            isNews = own.add(seconds, beats: beats, bytes: bytes)
        }
        if !isTrusted { isNews = all.add(seconds, beats: beats, bytes: bytes) }
        if isNews { fresh += 1 }
        if isTrusted { heartbeats += 1 }
    }

    /// A write that was not of the heartbeats' size, while that is trusted.
    mutating func noteOther() {
        others += 1
    }

    mutating func learn() -> Provisional {
        if fresh >= BeatGaps.fewest || others >= Self.manyOthersInARow {
            provisional = isTrusted ? verify() : look()
            fresh = 0
        } else if isTrusted {
            provisional = .count
        }
        return provisional
    }

    private mutating func look() -> Provisional {
        (looks, seen) = (looks + 1, seen + fresh)
        if !learn(from: all) {
            isContradicted = configured.map { !all.admit(interval: $0) } ?? false
            if configured == nil, !keeps(all) { period = nil }
        }
        if let common = all.commonSize, common != size || stage == .anything {
            (stage, size) = (.trial, common)
            let alike = all.ofSize(common)
            // Where hardly anything else is written, the gaps began with that size, too.
            if alike.count * 10 >= all.count * 9, learn(from: alike) { return trust(alike) }
            own.removeAll()
        }
        if learn(from: own) { return trust(own) }
        let mayBeSoon = seen < Self.patience && (size != nil || looks < 3) && own.count < 3 * BeatGaps.fewest
        return mayBeSoon ? .hold : .count
    }

    private mutating func trust(_ gaps: BeatGaps) -> Provisional {
        defer { all = BeatGaps() }
        (stage, own) = (.trusted, gaps)
        (others, heartbeats) = (0, 0)
        return gaps.count < all.count ? .drop : .count
    }

    private mutating func verify() -> Provisional {
        let isRare = others >= Self.manyOthers && heartbeats * 50 < others
        let isGone = others >= Self.manyOthersInARow && heartbeats == 0
        if !isRare, !isGone, !own.areEnough || learn(from: own) || keeps(own) {
            if others >= Self.manyOthers { (others, heartbeats) = (0, 0) }
            return .count
        }
        (stage, size) = (.anything, nil)
        own.removeAll()
        (looks, seen, others, heartbeats) = (0, 0, 0, 0)
        return .hold
    }

    /// Takes over the interval that these gaps keep: the configured one, or any if none is. Returns whether there is one.
    private mutating func learn(from gaps: BeatGaps) -> Bool {
        guard let found = gaps.interval(near: configured) else { return false }
        (period, isContradicted) = (found, false)
        return true
    }

    /// Whether these gaps are at least none that contradict the interval that is known.
    private func keeps(_ gaps: BeatGaps) -> Bool {
        period.map { gaps.admit(interval: $0) } ?? false
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
