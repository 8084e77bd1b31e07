/// Stretches the sampling interval so that sampling stays within its share of one core.
struct SamplingBudget: Sendable {
    /// Seconds between samples when they are cheap.
    var interval: Double
    /// The share of one core that sampling may take, more than 0.
    var share: Double

    /// What a round of samples costs, smoothed so that one slow round does not change the pace.
    private var cost: Double = 0
    private static let weight = 0.3

    init(interval: Double, share: Double) {
        self.interval = interval
        self.share = share
    }

    /// Notes what sampling has cost since the last scheduled sample, those taken for scrapes included, and returns the
    /// seconds until the next one.
    mutating func spend(_ processorSeconds: Double) -> Double {
        cost += (processorSeconds - cost) * Self.weight
        return max(interval, cost / share)
    }
}
