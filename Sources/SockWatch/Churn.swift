/// The connections of a port that began and ended.
public struct Churn: Hashable, Sendable {
    /// Connections opened and closed since the port is watched. With events these are exact: opened is closed plus the
    /// change of the live count. Connections between two samples are missed without events, and when their events were
    /// lost; then both are lower bounds.
    public private(set) var opened: UInt64 = 0
    public private(set) var closed: UInt64 = 0
    /// How long connections had lasted at their end, in seconds; at least that long for those that were there at the
    /// start and for those that no sample has seen. Of the share that is followed, scaled.
    public private(set) var lifetimes = Histogram(bounds: Churn.lifetimeBounds)
    /// For how long nothing had been sent when connections ended, in seconds. Only with events.
    public private(set) var idleTimes = Histogram(bounds: Churn.idleBounds)
    /// Bytes that the application wrote and the peer never acknowledged before the end. Only with events.
    public private(set) var undeliveredBytes: UInt64 = 0
    /// The idle time at which something on the path ends connections. Only with events.
    public private(set) var pathIdleTimeout: Double?

    private var idleSpike = IdleSpike()
    /// What `closed + live - opened` must be, while events tell of all ends. Nil before the first sample.
    private var base: Int64?

    public static let lifetimeBounds: [Double] = [0.1, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400]
    public static let idleBounds: [Double] = [1, 5, 15, 30, 45, 60, 90, 120, 300, 350, 600, 3600]

    init() {}

    /// Counts an end that an event told of.
    ///
    /// - Parameters:
    ///   - idle: for how long the server had sent nothing, in seconds. Nil when that is not known.
    ///   - age: nil when the connection is not one whose age counts.
    ///   - isCounted: whether its end is counted already, because the event came so late that it was given up.
    mutating func count(_ end: ConnectionEnd, idle: Double?, age: Double?, weight: UInt64, isCounted: Bool) {
        if !isCounted {
            closed += 1
            if let age { lifetimes.observe(age, times: weight) }
        }
        undeliveredBytes += end.undeliveredBytes
        guard let idle else { return }
        idleTimes.observe(idle)
        idleSpike.add(idle)
    }

    /// Counts the end of a tracked connection that no event told of.
    mutating func countVanished(age: Double, weight: UInt64) {
        closed += weight
        lifetimes.observe(age, times: weight)
    }

    /// Counts a connection that was not there before. Only without events.
    mutating func countAppeared(weight: UInt64) {
        opened += weight
    }

    /// Follows the live count.
    ///
    /// What appeared is not counted with events, though it is there: the balance also has what a dump did not see.
    mutating func finishSample(live: Int, hasEvents: Bool) {
        let balance = Int64(clamping: closed) + Int64(live)
        if hasEvents, let base {
            // A dump that misses a socket for once must not make a counter fall.
            opened = max(opened, UInt64(max(0, balance - base)))
        } else {
            base = balance - Int64(clamping: opened)
        }
        pathIdleTimeout = idleSpike.value
    }
}
