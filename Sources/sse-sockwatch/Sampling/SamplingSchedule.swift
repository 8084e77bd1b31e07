internal import SockWatch

/// When which sample is due, and when the listeners are looked at in between. Pure: it is told the time.
struct SamplingSchedule: Sendable {
    enum Work: Hashable, Sendable {
        case sample(Engine.SampleKind)
        /// The listeners alone.
        case listeners
    }

    /// Processor seconds that have been used until one moment.
    struct Used: Sendable {
        /// By the thread that samples.
        var sampling = 0.0
        /// By the whole agent, that thread included.
        var all = 0.0
    }

    /// Seconds from one scheduled sample to the next, stretched as the budget demands.
    private(set) var interval: Double

    private var budget: SamplingBudget
    /// When the last scheduled sample began. Nil before the first.
    private var lastScheduled: MonotonicInstant?
    private var nextScheduled: MonotonicInstant
    private var nextListeners: MonotonicInstant
    /// When the last scheduled sample had ended, and what was used until then.
    private var round: (began: MonotonicInstant, used: Used)
    /// What sampling had used when the last work had been done.
    private var usedBefore: Double

    /// The first sample is due at once.
    ///
    /// - Parameters:
    ///   - interval: seconds between samples when they are cheap.
    ///   - share: the share of one core that the agent may take, more than 0.
    init(interval: Double, share: Double, at now: MonotonicInstant, used: Used = Used()) {
        self.interval = interval
        budget = SamplingBudget(interval: interval, share: share)
        nextScheduled = now
        nextListeners = now
        round = (now, used)
        usedBefore = used.sampling
    }

    /// What is to be done now, if anything.
    ///
    /// A sample that is asked for when the interval that is wanted has passed takes the place of the scheduled one, which
    /// the budget alone has put off: it costs the same. Else those who ask often would drive the scheduled ones apart.
    ///
    /// - Parameter isAsked: whether somebody waits for a sample.
    func work(at now: MonotonicInstant, isAsked: Bool) -> Work? {
        if now >= nextScheduled { return .sample(.scheduled) }
        if isAsked {
            let isScheduled = lastScheduled.map { now.seconds(since: $0) >= budget.interval } ?? true
            return .sample(isScheduled ? .scheduled : .onDemand)
        }
        return now >= nextListeners ? .listeners : nil
    }

    /// Notes work that has been done.
    ///
    /// - Parameter used: what has been used until its end.
    mutating func note(_ work: Work, from start: MonotonicInstant, to end: MonotonicInstant, used: Used) {
        if work == .sample(.scheduled) {
            let sampling = used.sampling - round.used.sampling
            interval = budget.spend(
                SamplingBudget.Round(
                    sampling: sampling,
                    others: max(0, used.all - round.used.all - sampling),
                    duration: end.seconds(since: round.began)
                )
            )
            round = (end, used)
            lastScheduled = start
            // What was taken before its time for somebody who asked is made up for.
            let early = max(0, nextScheduled.seconds(since: start))
            nextScheduled = start.advanced(by: interval + min(early, interval))
        }
        // A sample looks at the listeners, too.
        let cost = work == .listeners ? used.sampling - usedBefore : 0
        usedBefore = used.sampling
        nextListeners = end.advanced(by: budget.pause(afterListeners: cost))
    }

    /// Seconds until something is to be done, unless somebody asks before.
    func pause(from now: MonotonicInstant) -> Double {
        max(0, min(nextScheduled, nextListeners).seconds(since: now))
    }
}
