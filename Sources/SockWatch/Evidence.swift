/// What the agent has found out about the connections of a port one by one.
public struct Evidence: Hashable, Sendable {
    /// Whether connections are followed one by one. If not, nothing is known of heartbeats, liveness, traffic, idle times
    /// and lifetimes: what says 0 of them claims nothing.
    public let followsConnections: Bool
    /// Whether events tell of connections that end. If not, nothing is known of what was idle or undelivered at the end.
    public let hearsEnds: Bool
    public let heartbeats: HeartbeatEvidence
    /// Nil while too few heartbeats were due to tell.
    public let recentHeartbeats: RecentHeartbeats?
    public let liveness: LivenessTally
    public let traffic: TrafficTotals
    public let churn: Churn
    /// Nil before the second sample.
    public let churnRate: ChurnRate?
    /// For how long nothing had been sent, in seconds, once for each established connection and scheduled sample.
    public let sendIdle: Histogram
    /// The share of the connections that is followed, 0 to 1. Counts are scaled to all of them.
    public let share: Double
    /// The server's own number against the kernel's, over all ports that it speaks for. Nil when it does not say one.
    public let drift: Drift?

    /// Whether beginnings and ends of connections are counted.
    public var countsChurn: Bool { followsConnections || hearsEnds }

    public static let sendIdleBounds: [Double] = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600]
}
