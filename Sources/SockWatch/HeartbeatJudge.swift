/// Counts the heartbeats of a port's connections, by the gap method.
///
/// Between two writes of one connection whose times are known lies a gap, and in it went out some segments with new data:
/// the beats. A gap in which there was room for more heartbeats than that missed the rest. A gap that is still open is
/// not judged; it counts once, when it closes.
///
/// Other data hides missed heartbeats: five segments in the time of five heartbeats may be four heartbeats and an event.
/// But heartbeats are all of one size, which ``BeatLearner`` finds, so segments whose bytes are that many heartbeats are
/// heartbeats. They make a chain, in which every gap is known. Anything else breaks the chain: what is written there is
/// neither observed nor missed. The next chain begins at the sample that saw the break.
///
/// Until it is known whether heartbeats have a size, any write is a beat, which hides misses. What is counted by that
/// while a size is on trial is held back: left out if the trial succeeds, and counted if it fails.
///
/// An interval that the writes contradict accuses nobody: then nothing is missed.
///
/// So that breaks do not change the ratio, a chain that ends leaves out its last beat: the misses after it are left out,
/// too, since the gap that they are in never closes. Counters do not fall, so it is the next beat that is left out.
struct HeartbeatJudge: Sendable {
    /// What one connection has written since its chain stood.
    struct Writes {
        /// Segments with new data; not positive when retransmissions hide them.
        let segments: Int32
        let bytes: UInt32
        let last: MonotonicInstant
    }

    private(set) var evidence = HeartbeatEvidence()
    private var learner: BeatLearner
    /// Beats and misses that do not count yet.
    private var heldObserved: UInt64 = 0
    private var heldMissed: UInt64 = 0

    init(configured: Double?) {
        learner = BeatLearner(configured: configured)
        evidence.interval = configured
    }

    /// The same evidence under another configured interval.
    func adopting(configured: Double?) -> HeartbeatJudge {
        var next = HeartbeatJudge(configured: configured)
        (next.evidence.observed, next.evidence.missed) = (evidence.observed, evidence.missed)
        return next
    }

    /// Judges what was written, and moves the connection's chain.
    ///
    /// - Parameter now: when nothing of it waited to be acknowledged any more.
    mutating func judge(_ writes: Writes, _ entry: inout LedgerEntry, at now: MonotonicInstant, weight: UInt64) {
        guard writes.segments > 0, !entry.isDisturbed else { return Self.breakChain(&entry, at: now) }
        let beats = UInt32(writes.segments)
        let seconds = writes.last.seconds(since: entry.chainedAt)
        let isOwn = learner.size.map { beats.multipliedReportingOverflow(by: $0) == (writes.bytes, false) } ?? false
        if learner.isTrusted, !isOwn {
            learner.noteOther()
            return Self.breakChain(&entry, at: now)
        }
        let isFromBeat = entry.chain == .beat
        if isFromBeat || entry.chain == .write {
            learner.add(seconds, beats: beats, bytes: writes.bytes, isFromBeat: isFromBeat)
            count(beats, due: due(gap: seconds), &entry, weight)
        } else if learner.isTrusted {
            if let due = due(sinceBreak: seconds) {
                count(beats, due: due, &entry, weight)
            } else if beats > 1 {
                // What is left out here has misses among it already, so the end of this chain need leave out none.
                count(1, due: 0, &entry, weight)
            }
        }
        entry.chainedAt = writes.last
        entry.chain = isOwn ? .beat : .write
    }

    private static func breakChain(_ entry: inout LedgerEntry, at now: MonotonicInstant) {
        if entry.hasBeats { entry.owesBeat = true }
        entry.hasBeats = false
        entry.chainedAt = now
        entry.chain = .open
    }

    private mutating func count(_ beats: UInt32, due: Double, _ entry: inout LedgerEntry, _ weight: UInt64) {
        heldObserved += UInt64(beats - (entry.owesBeat ? 1 : 0)) * weight
        entry.owesBeat = false
        entry.hasBeats = true
        guard due > Double(beats), due < Double(UInt32.max) else { return }
        heldMissed += (UInt64(due) - UInt64(beats)) * weight
    }

    /// Timers are late by a little each time; in a long gap that adds up. The less, the better the interval is known.
    private var drift: Double { learner.period == nil ? 0.02 : 0.004 }
    /// A gap is so much of an interval short of one more: less than a half, so that a server or an agent that was held up
    /// is not called one that misses heartbeats.
    private static let benefit = 0.4
    /// So near may be the next heartbeat after a moment, and the last one before it, that it is not clear how many came
    /// since. Shares of the interval. A heartbeat that was late seems to have been due longer after the moment than it was,
    /// and so to be one more; early ones there are not.
    private static let (unclearBefore, unclearAfter) = (0.3, 0.2)

    /// How uncertain the time of a look may be for it to be judged, in seconds: a tenth of the interval at each end of
    /// a gap leaves it clear how many beats it had room for.
    var toleratedUncertainty: Double { (evidence.interval ?? Self.shortest) / 10 }
    /// What heartbeats are at least apart that are still to be learned, in seconds.
    private static let shortest = 0.2

    /// How many heartbeats were due in a gap that a write began and a write ended.
    private func due(gap seconds: Double) -> Double {
        guard evidence.interval != nil, let period = learner.period ?? evidence.interval else { return 0 }
        return (seconds / period * (1 - drift) + Self.benefit).rounded(.down)
    }

    /// How many were due from a moment between heartbeats to a heartbeat, it included. Nil when that is not clear.
    private func due(sinceBreak seconds: Double) -> Double? {
        guard evidence.interval != nil, let period = learner.period ?? evidence.interval else { return 0 }
        let periods = seconds / period
        let whole = periods.rounded(.down)
        guard periods - whole > Self.unclearBefore, periods - whole < 1 - Self.unclearAfter else { return nil }
        return (whole * (1 - drift)).rounded() + 1
    }

    /// Learns from what the sample has brought, and counts it.
    mutating func finishSample() {
        let provisional = learner.learn()
        evidence.size = learner.isTrusted ? learner.size : nil
        evidence.isContradicted = learner.isContradicted
        if learner.configured == nil {
            evidence.interval = learner.period.map(BeatLearner.rounded)
            evidence.isLearned = learner.period != nil
        }
        guard provisional != .hold else { return }
        if provisional == .count {
            evidence.observed += heldObserved
            if !learner.isContradicted { evidence.missed += heldMissed }
        }
        (heldObserved, heldMissed) = (0, 0)
    }
}
