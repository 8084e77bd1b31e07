/// A port's heartbeats of late.
public struct RecentHeartbeats: Hashable, Sendable {
    /// Heartbeats written and missed within the window, and how long that is in seconds.
    public let observed: UInt64
    public let missed: UInt64
    public let seconds: Double

    /// The share that was missed, 0 to 1.
    public var missRatio: Double { Double(missed) / Double(observed + missed) }
}

/// Keeps a port's heartbeats of late, for a ratio that neither jumps nor lags: over five minutes where many heartbeats
/// are due, and over up to an hour where few are, because then a single one would make it jump.
struct HeartbeatWindow: Hashable, Sendable {
    private struct Point: Hashable, Sendable {
        let instant: MonotonicInstant
        let observed: UInt64
        let missed: UInt64

        var due: UInt64 { observed + missed }
    }

    /// Seconds.
    private static let shortest = 300.0
    private static let longest = 3600.0
    /// Of so many heartbeats one is half a percent.
    private static let enough: UInt64 = 200
    /// A share of fewer says nothing.
    private static let fewest: UInt64 = 20
    /// Between two points that are kept, in seconds.
    private static let step = 20.0

    private var points: [Point] = []
    private var last: Point?

    mutating func add(_ evidence: HeartbeatEvidence, at instant: MonotonicInstant) {
        let point = Point(instant: instant, observed: evidence.observed, missed: evidence.missed)
        last = point
        // A port without heartbeats costs nothing.
        guard point.due > 0 || points.isEmpty else { return }
        if let newest = points.last, instant.seconds(since: newest.instant) < Self.step { return }
        let firstNeeded = points.lastIndex { instant.seconds(since: $0.instant) >= Self.longest } ?? 0
        points.removeFirst(firstNeeded)
        points.append(point)
    }

    /// Nil while too few heartbeats were due to tell.
    var recent: RecentHeartbeats? {
        guard let last else { return nil }
        let start = points.last {
            last.instant.seconds(since: $0.instant) >= Self.shortest && last.due - $0.due >= Self.enough
        }
        guard let start = start ?? points.first, last.due - start.due >= Self.fewest else { return nil }
        return RecentHeartbeats(
            observed: last.observed - start.observed,
            missed: last.missed - start.missed,
            seconds: last.instant.seconds(since: start.instant)
        )
    }
}
