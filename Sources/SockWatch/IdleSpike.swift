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
