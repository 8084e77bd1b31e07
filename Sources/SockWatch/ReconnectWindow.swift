/// How many connections of a port began and ended per second, over the last minute or what there is of it.
public struct ChurnRate: Hashable, Sendable {
    public let opened: Double
    public let closed: Double
}

/// Tells whether many connections come back at once.
///
/// Connections that open are a storm only if others have closed before: a server's first clients are none.
struct ReconnectWindow: Hashable, Sendable {
    /// A storm of reconnections.
    struct Storm: Hashable, Sendable {
        /// Connections that came back in the window, and how long that was in seconds.
        let returned: UInt64
        let seconds: Double
        /// The most that were established in it.
        let established: Int

        var rate: Double { Double(returned) / seconds }
    }

    private struct Point: Hashable, Sendable {
        let instant: MonotonicInstant
        let opened: UInt64
        let closed: UInt64
        let established: Int
    }

    /// Seconds. A server that all its clients come back to at once opens 3 % of them per second over this window.
    private static let window = 30.0
    /// So long before the window, in seconds, may those that come back have gone.
    private static let absence = 300.0
    private static let share = 0.02
    /// A port with fewer connections is judged as one with so many, so that more than two a second must come back: fewer
    /// burden nobody, and the health checks of a few proxies are as frequent. A port with 20 clients has no storm when it
    /// is restarted, and has one when all of them are cut off every few seconds.
    private static let fewest = 100

    /// How far ``rate`` looks back, in seconds.
    private static let rateWindow = 60.0

    private var points: [Point] = []

    mutating func add(_ churn: Churn, established: Int, at instant: MonotonicInstant) {
        points.append(Point(instant: instant, opened: churn.opened, closed: churn.closed, established: established))
        let firstNeeded = points.lastIndex { instant.seconds(since: $0.instant) >= Self.window + Self.absence } ?? 0
        if firstNeeded > 0 { points.removeFirst(firstNeeded) }
    }

    /// Nil before the second sample.
    var rate: ChurnRate? {
        guard let last = points.last else { return nil }
        let start = points.last { last.instant.seconds(since: $0.instant) >= Self.rateWindow } ?? points[0]
        let seconds = last.instant.seconds(since: start.instant)
        guard seconds > 0 else { return nil }
        return ChurnRate(
            opened: Double(last.opened - start.opened) / seconds,
            closed: Double(last.closed - start.closed) / seconds
        )
    }

    var storm: Storm? {
        guard let last = points.last else { return nil }
        // From the last sample that is not in the window; the window is one sampling interval longer at most.
        let start = points.lastIndex { last.instant.seconds(since: $0.instant) >= Self.window } ?? 0
        let returned = returned(since: start)
        let established = points[start...].reduce(0) { max($0, $1.established) }
        let seconds = max(Self.window, last.instant.seconds(since: points[start].instant))
        let bound = Self.share * Double(max(Self.fewest, established)) * seconds
        return Double(returned) > bound ? Storm(returned: returned, seconds: seconds, established: established) : nil
    }

    /// How many of those that were opened after a point can have come back.
    private func returned(since start: Int) -> UInt64 {
        var reconnections = Reconnections()
        var returned: UInt64 = 0
        for next in points.indices.dropFirst() {
            let back = reconnections.add(
                opened: points[next].opened - points[next - 1].opened,
                closed: points[next].closed - points[next - 1].closed
            )
            if next > start { returned += back }
        }
        return returned
    }
}
