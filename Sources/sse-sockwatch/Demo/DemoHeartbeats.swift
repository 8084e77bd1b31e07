/// The heartbeats that were due on all streams, and those of them that the clients did not get.
struct DemoHeartbeats: Sendable {
    private(set) var expected = 0
    private(set) var missed = 0
    private var expectedOfMinute = DemoMinute()
    private var missedOfMinute = DemoMinute()

    mutating func count(expected: Int, missed: Int, at second: Int) {
        self.expected += expected
        self.missed += missed
        expectedOfMinute.add(expected, at: second)
        missedOfMinute.add(missed, at: second)
    }

    /// The share of missed beats in the last 60 seconds, 0...1; 0 when none was due.
    func missRate(at second: Int) -> Double {
        let expected = expectedOfMinute.total(at: second)
        return expected == 0 ? 0 : Double(missedOfMinute.total(at: second)) / Double(expected)
    }
}
