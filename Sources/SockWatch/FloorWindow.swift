/// Tells whether the floor of a number rises over a window.
///
/// A count of leaked sockets rises and does not come back; a busy server's count of sockets that are just being closed
/// goes up and down and returns to where it was. So it is the smallest value of each stretch of time that tells: the
/// window is cut into six stretches, and the floor rises when the smallest value of its second third is above that of
/// the first, and that of the last third above both.
struct FloorWindow: Hashable, Sendable {
    private struct Stretch: Hashable, Sendable {
        let start: MonotonicInstant
        var floor: Int
    }

    private static let stretchesPerThird = 2
    private static let stretchCount = 3 * stretchesPerThird

    private let width: Double
    private var stretches: [Stretch] = []

    /// - Parameter window: seconds.
    init(window: Double) {
        width = window / Double(Self.stretchCount)
    }

    mutating func add(_ count: Int, at instant: MonotonicInstant) {
        if let last = stretches.last, instant.seconds(since: last.start) < width {
            stretches[stretches.count - 1].floor = min(last.floor, count)
            return
        }
        stretches.append(Stretch(start: instant, floor: count))
        if stretches.count > Self.stretchCount { stretches.removeFirst() }
    }

    /// How the floor rose over the whole window.
    struct Rise: Hashable, Sendable {
        let from: Int
        let to: Int
        let seconds: Double
    }

    /// The rise, when the floor rose in each third and the window is full. Nil otherwise.
    func rise(at instant: MonotonicInstant) -> Rise? {
        guard stretches.count == Self.stretchCount, let first = stretches.first else { return nil }
        let thirds = stride(from: 0, to: Self.stretchCount, by: Self.stretchesPerThird).map { start in
            stretches[start..<start + Self.stretchesPerThird].reduce(Int.max) { min($0, $1.floor) }
        }
        guard thirds[0] < thirds[1], thirds[1] < thirds[2] else { return nil }
        return Rise(from: thirds[0], to: thirds[2], seconds: instant.seconds(since: first.start))
    }
}
