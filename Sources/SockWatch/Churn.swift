/// The connections of a port that began and ended.
public struct Churn: Hashable, Sendable {
    /// Connections opened and closed since the port is watched. With events these are exact: opened is closed plus the
    /// change of the live count. Without events connections between two samples are missed, and both are lower bounds.
    public private(set) var opened: UInt64 = 0
    public private(set) var closed: UInt64 = 0
    /// How long connections had lasted at their end, in seconds; at least that long for those that were there at the
    /// start.
    public private(set) var lifetimes = Histogram(bounds: Churn.lifetimeBounds)
    /// For how long nothing had been sent when connections ended, in seconds. Only with events.
    public private(set) var idleTimes = Histogram(bounds: Churn.idleBounds)
    /// Bytes that the application wrote and the peer never acknowledged before the end. Only with events.
    public private(set) var undeliveredBytes: UInt64 = 0
    /// The idle time at which something on the path ends connections. Only with events.
    public private(set) var pathIdleTimeout: Double?

    private var idleSpike = IdleSpike()
    /// Live connections at the first sample. Nil before it.
    private var liveAtStart: Int?

    public static let lifetimeBounds: [Double] = [0.1, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400]
    public static let idleBounds: [Double] = [1, 5, 15, 30, 45, 60, 90, 120, 300, 350, 600, 3600]

    init() {}

    /// Counts an end that an event told of.
    mutating func count(_ end: ConnectionEnd, age: Double) {
        closed += 1
        lifetimes.observe(max(age, end.leastAge))
        idleTimes.observe(end.idle)
        undeliveredBytes += end.undeliveredBytes
        idleSpike.add(end.idle)
    }

    /// Counts the end of a tracked connection that no event told of.
    mutating func countVanished(age: Double, weight: UInt64) {
        closed += weight
        lifetimes.observe(age)
    }

    /// Follows the live count.
    mutating func finishSample(live: Int) {
        guard let liveAtStart else {
            self.liveAtStart = live
            return
        }
        // A dump that misses a socket for once must not make a counter fall.
        let balance = Int64(closed) + Int64(live) - Int64(liveAtStart)
        opened = max(opened, UInt64(max(0, balance)))
        pathIdleTimeout = idleSpike.value
    }
}

/// Finds out whether connections end at one and the same idle time: then it is not the clients that end them.
struct IdleSpike: Hashable, Sendable {
    private static let capacity = 200
    private static let fewest = 20
    private static let share = 0.6
    private static let tolerance = 0.05
    /// Whoever ends a connection right after data had no time to be idle.
    private static let shortest = 1.5

    private var times: [Double] = []
    private var next = 0
    private var isChanged = false
    private var known: Double?

    mutating func add(_ idle: Double) {
        isChanged = true
        if times.count < Self.capacity {
            times.append(idle)
        } else {
            times[next] = idle
            next = (next + 1) % Self.capacity
        }
    }

    /// The idle time in seconds, rounded to whole seconds above 3. Nil when there is none.
    var value: Double? {
        mutating get {
            guard isChanged else { return known }
            isChanged = false
            known = Self.spike(in: times)
            return known
        }
    }

    private static func spike(in times: [Double]) -> Double? {
        guard times.count >= fewest else { return nil }
        let sorted = times.sorted()
        var best: Range<Int> = 0..<0
        var start = 0
        for end in sorted.indices {
            // All from start to end lie within the tolerance of one value between them.
            while sorted[start] * (1 + tolerance) < sorted[end] * (1 - tolerance) { start += 1 }
            if sorted[start] >= shortest, end + 1 - start > best.count { best = start..<end + 1 }
        }
        guard Double(best.count) >= share * Double(sorted.count), !best.isEmpty else { return nil }
        let middle = sorted[best.lowerBound + best.count / 2]
        return middle > 3 ? middle.rounded() : (middle * 10).rounded() / 10
    }
}
