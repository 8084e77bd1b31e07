/// Tells whether the floor of a number rises over a window.
///
/// A count of leaked sockets rises and does not come back; a busy server's count of sockets that are just being closed
/// goes up and down and returns to where it was. So it is the smallest value of each stretch of time that tells. The
/// window is cut into six stretches. The floor rises when the smallest value of its second third is above that of the
/// first, that of the last third above both, and the stretches between did not fall back by more than a quarter of
/// what was gained: three random numbers are in ascending order once in six times.
struct FloorWindow: Hashable, Sendable {
    private struct Stretch: Hashable, Sendable {
        let start: MonotonicInstant
        var floor: Int
    }

    private static let stretchesPerThird = 2
    private static let stretchCount = 3 * stretchesPerThird
    /// The share of the rise that may be lost again on the way.
    private static let tolerance = 4

    /// How long a stretch is, in nanoseconds. Whole, so that rounding makes none a sample longer.
    private let width: Int64
    /// The stretches of the window that are over, and the running one. The running one does not count as part of the
    /// window, for its floor may still come down; but what it has come down counts as lost.
    private var stretches: [Stretch] = []
    private var latest: MonotonicInstant?

    /// - Parameter window: seconds, more than 0.
    init(window: Double) {
        width = max(1, Int64(window * 1e9) / Int64(Self.stretchCount))
    }

    /// Adds one sample. When samples come more rarely than stretches, each is a stretch, and the window grows.
    ///
    /// - Parameter longestGap: after a longer time without samples, in seconds, the window begins anew: what was
    ///   before says nothing about the pace of now.
    mutating func add(_ count: Int, at instant: MonotonicInstant, longestGap: Double) {
        if let latest, instant.seconds(since: latest) > longestGap { stretches = [] }
        latest = instant
        guard let last = stretches.last else {
            stretches = [Stretch(start: instant, floor: count)]
            return
        }
        let elapsed = instant.nanoseconds - last.start.nanoseconds
        if elapsed < width {
            stretches[stretches.count - 1].floor = min(last.floor, count)
            return
        }
        // Where the stretch begins, not where its first sample lies: else each would be a sampling interval too long.
        let start = MonotonicInstant(nanoseconds: instant.nanoseconds - elapsed % width)
        stretches.append(Stretch(start: start, floor: count))
        if stretches.count > Self.stretchCount + 1 { stretches.removeFirst() }
    }

    /// How the floor rose over the whole window.
    struct Rise: Hashable, Sendable {
        let from: Int
        let to: Int
        let seconds: Double
    }

    /// The rise, when the window is full and the floor rose in each third. Nil otherwise.
    func rise(at instant: MonotonicInstant) -> Rise? {
        guard stretches.count > Self.stretchCount, let first = stretches.first else { return nil }
        let thirds = stride(from: 0, to: Self.stretchCount, by: Self.stretchesPerThird).map { start in
            stretches[start..<start + Self.stretchesPerThird].reduce(Int.max) { min($0, $1.floor) }
        }
        guard thirds[0] < thirds[1], thirds[1] < thirds[2] else { return nil }
        let lost = zip(stretches, stretches.dropFirst()).reduce(0) { $0 + max(0, $1.0.floor - $1.1.floor) }
        guard lost * Self.tolerance <= thirds[2] - thirds[0] else { return nil }
        return Rise(from: thirds[0], to: thirds[2], seconds: instant.seconds(since: first.start))
    }
}
