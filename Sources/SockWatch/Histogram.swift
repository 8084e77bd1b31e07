/// Counts of observations by size, with fixed bounds.
public struct Histogram: Hashable, Sendable {
    /// The upper bounds of the buckets, ascending, without infinity.
    public let bounds: [Double]
    /// How many observations fell into each bucket; one more than there are bounds. Not cumulative.
    public private(set) var counts: [UInt64]
    public private(set) var sum: Double = 0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public var count: UInt64 { counts.reduce(0, +) }

    public mutating func observe(_ value: Double, times: UInt64 = 1) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += times
        sum += value * Double(times)
    }

    /// Adds the observations of a histogram that has the same bounds.
    mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }

    mutating func removeAll() {
        for index in counts.indices { counts[index] = 0 }
        sum = 0
    }
}
