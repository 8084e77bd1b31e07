/// How many things happened within the last 60 seconds, counted in slots of one second.
struct DemoMinute: Sendable {
    static let seconds = 60

    private var slots = [(second: Int, count: Int)](repeating: (0, 0), count: seconds)

    /// Counts things that happened in the given second of a clock that does not run backwards.
    mutating func add(_ count: Int, at second: Int) {
        let slot = second % Self.seconds
        if slots[slot].second != second { slots[slot] = (second, 0) }
        slots[slot].count += count
    }

    /// The things of the 60 seconds that end with the given one.
    func total(at second: Int) -> Int {
        slots.reduce(0) { $1.second > second - Self.seconds ? $0 + $1.count : $0 }
    }
}
