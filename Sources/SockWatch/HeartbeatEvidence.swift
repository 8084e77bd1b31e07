/// Heartbeats as the kernel saw them written; ``HeartbeatJudge`` says how.
public struct HeartbeatEvidence: Hashable, Sendable {
    /// Beats written and missed since the port is watched, over connections that had written before.
    ///
    /// While the port's heartbeats cannot be told from other writes, any write counts as a beat, since it keeps the path
    /// and the client awake as a heartbeat does. Once they can, only stretches of a connection count in which nothing
    /// else was written: there it is known for sure how many were due. The ratio is true of all.
    public internal(set) var observed: UInt64 = 0
    public internal(set) var missed: UInt64 = 0
    /// The interval in seconds by which gaps are judged. Nil while none is configured or learned: then none is missed.
    public internal(set) var interval: Double?
    /// Whether the interval was learned from the gaps, and not configured.
    public internal(set) var isLearned = false
    /// Whether what is written contradicts the configured interval: then nothing is called missed.
    public internal(set) var isContradicted = false
    /// The bytes of one heartbeat, learned. Nil while heartbeats cannot be told from other writes.
    public internal(set) var size: UInt32?
}
