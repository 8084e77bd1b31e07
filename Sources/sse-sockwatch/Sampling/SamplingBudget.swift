/// Stretches the sampling interval so that the agent stays within its share of one core.
struct SamplingBudget: Sendable {
    /// Seconds between samples when they are cheap.
    var interval: Double
    /// The share of one core that is aimed at: a tenth less than the agent may take, for rounds that cost more than those
    /// before them.
    private let share: Double

    /// What a round of samples costs in processor seconds, smoothed so that one slow round does not change the pace. Nil
    /// before the first: the pace is right from then on.
    private var cost: Double?
    private static let weight = 0.3
    private static let aim = 0.9
    /// The part of the share that everything but sampling may take away from it: else whoever asks for pages without end
    /// could have the samples stopped.
    private static let mostOfOthers = 0.5
    /// The part of the share that looks at listeners may take.
    private static let ofListeners = 0.1
    /// Seconds between two looks at the listeners when they are cheap, as they are.
    private static let listenerInterval = 1.0

    /// - Parameter share: the share of one core that the agent may take, more than 0.
    init(interval: Double, share: Double) {
        self.interval = interval
        self.share = share * Self.aim
    }

    /// What a round has cost.
    struct Round {
        /// Processor seconds of sampling since the last scheduled sample, for scrapes and listeners included.
        var sampling: Double
        /// Processor seconds of the rest of the agent: scrapes, events, companions.
        var others = 0.0
        /// Seconds that it took, in which the others took theirs.
        var duration = 1.0
    }

    /// Notes what a round has cost, and returns the seconds from one scheduled sample to the next.
    mutating func spend(_ round: Round) -> Double {
        let smoothed = cost.map { $0 + (round.sampling - $0) * Self.weight } ?? round.sampling
        cost = smoothed
        let taken = round.duration > 0 ? round.others / round.duration : 0
        return max(interval, smoothed / (share - min(taken, share * Self.mostOfOthers)))
    }

    /// The seconds until listeners are looked at again, when the last look took so many processor seconds.
    func pause(afterListeners cost: Double) -> Double {
        max(Self.listenerInterval, cost / (share * Self.ofListeners))
    }
}
