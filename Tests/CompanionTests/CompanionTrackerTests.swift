import Companion
import MetricsExport
import Testing

@Suite("Making readings of findings")
struct CompanionTrackerTests {
    static func finding(_ value: CompanionValue, _ kind: CompanionKind, _ number: Double) -> CompanionFinding {
        CompanionFinding(value: value, kind: kind, number: number, sources: [])
    }

    @Test("a counter becomes a rate from the second reading on, across resets and gaps")
    func rates() {
        var tracker = CompanionTracker()
        var rates: [Double?] = []
        for (second, count) in [(0, 100.0), (5, 110), (10, 110), (20, 4), (25, 4), (26, 10)] {
            let finding = Self.finding(.reconnectionRate, .counter, count)
            let reading = tracker.reading(of: [finding], at: .seconds(second))
            #expect(reading.reconnections == .total(count, ratePerSecond: reading.reconnections?.ratePerSecond))
            rates.append(reading.reconnections?.ratePerSecond)
        }
        // Falling to 4 is a reset: 4 in 10 seconds.
        #expect(rates == [nil, 2, 0, 0.4, 0, 6])
    }

    @Test("a reading that is not younger than the one before gives no rate and is not remembered")
    func order() {
        var tracker = CompanionTracker()
        func rate(_ count: Double, at second: Int) -> Double? {
            tracker.reading(of: [Self.finding(.reconnectionRate, .counter, count)], at: .seconds(second))
                .reconnections?.ratePerSecond
        }
        #expect(rate(10, at: 10) == nil)
        #expect(rate(99, at: 10) == nil)
        #expect(rate(99, at: 9) == nil)
        #expect(rate(20, at: 20) == 1)
    }

    @Test("a counter that was not offered for a while is measured over the while")
    func gap() {
        var tracker = CompanionTracker()
        _ = tracker.reading(of: [Self.finding(.reconnectionRate, .counter, 10)], at: .zero)
        #expect(tracker.reading(of: [], at: .seconds(5)).reconnections == nil)
        let reading = tracker.reading(of: [Self.finding(.reconnectionRate, .counter, 40)], at: .seconds(10))
        #expect(reading.reconnections == .total(40, ratePerSecond: 3))
    }

    @Test("a rate, a gauge and a counter pass through as offered")
    func passThrough() {
        var tracker = CompanionTracker()
        let reading = tracker.reading(
            of: [
                Self.finding(.activeConnections, .gauge, 12), Self.finding(.reconnectionRate, .gauge, 0.5),
                Self.finding(.idleTimeoutEvents, .counter, 7),
            ],
            at: .zero
        )
        #expect(reading == CompanionReading(activeConnections: 12, reconnections: .rate(0.5), idleTimeoutEvents: 7))
    }

    @Test("a percentage becomes a ratio")
    func percent() {
        var tracker = CompanionTracker()
        let reading = tracker.reading(of: [Self.finding(.heartbeatMissRate, .percent, 2.5)], at: .zero)
        #expect(reading.heartbeats == .ratio(0.025))
    }

    @Test("counters of heartbeats win over a ratio, and give one of their own between two readings")
    func heartbeatCounters() {
        var tracker = CompanionTracker()
        var ratios: [Double?] = []
        for (second, expected, missed) in [(0, 100.0, 50.0), (5, 200, 52), (10, 200, 52), (15, 40, 1)] {
            let reading = tracker.reading(
                of: [
                    Self.finding(.heartbeatMissRate, .ratio, 0.9),
                    Self.finding(.heartbeatsExpected, .counter, expected),
                    Self.finding(.heartbeatsMissed, .counter, missed),
                ],
                at: .seconds(second)
            )
            ratios.append(reading.heartbeats?.missRatio)
            #expect(
                reading.heartbeats
                    == .counters(expected: expected, missed: missed, missRatio: reading.heartbeats?.missRatio)
            )
            #expect(reading.refused.isEmpty)
        }
        #expect(ratios == [nil, 0.02, nil, 0.025])
    }

    @Test("more misses than heartbeats are refused and left out, until the counters make sense again")
    func impossibleRatio() {
        var tracker = CompanionTracker()
        var readings: [CompanionReading] = []
        for (second, expected, missed) in [(0, 100.0, 0.0), (5, 110, 30), (10, 110, 30), (15, 140, 30), (20, 150, 31)] {
            let findings = [
                Self.finding(.heartbeatsExpected, .counter, expected),
                Self.finding(.heartbeatsMissed, .counter, missed),
            ]
            readings.append(tracker.reading(of: findings, at: .seconds(second)))
        }
        #expect(
            readings.map(\.heartbeats) == [
                .counters(expected: 100, missed: 0, missRatio: nil), nil, nil,
                .counters(expected: 140, missed: 30, missRatio: 0.75),
                .counters(expected: 150, missed: 31, missRatio: 0.1),
            ]
        )
        #expect(readings.map { $0.refused.map(\.name) } == [[], [.heartbeatsMissed], [.heartbeatsMissed], [], []])
        #expect(tracker.refusedTotal == 2)
    }

    @Test("misses where no heartbeat was due are refused")
    func missesOfNone() {
        var tracker = CompanionTracker()
        for (second, missed) in [(0, 1.0), (5, 2)] {
            let findings = [
                Self.finding(.heartbeatsExpected, .counter, 10), Self.finding(.heartbeatsMissed, .counter, missed),
            ]
            let reading = tracker.reading(of: findings, at: .seconds(second))
            #expect((reading.heartbeats == nil) == (second == 5))
        }
        #expect(tracker.refusedTotal == 1)
    }

    @Test("a growth too fast for a number gives no rate")
    func endlessRate() {
        var tracker = CompanionTracker()
        for (second, count) in [(0.0, 0.0), (0.5, 1.7e308), (1, 0), (1.5, 1.7e308)] {
            let finding = Self.finding(.reconnectionRate, .counter, count)
            let reading = tracker.reading(of: [finding], at: .seconds(second))
            #expect(reading.reconnections == .total(count, ratePerSecond: second == 1 ? 0 : nil))
        }
    }

    @Test("one counter of heartbeats without the other is refused, and the ratio is used")
    func loneCounter() {
        var tracker = CompanionTracker()
        let reading = tracker.reading(
            of: [Self.finding(.heartbeatsMissed, .counter, 3), Self.finding(.heartbeatMissRate, .ratio, 0.1)],
            at: .zero
        )
        #expect(reading.heartbeats == .ratio(0.1))
        #expect(
            reading.refused.map(\.reason) == [
                "heartbeats_expected is not offered, and one says nothing without the other"
            ]
        )
    }

    @Test(
        "a number that cannot be what it is offered as is refused, counted and left out",
        arguments: [
            (CompanionValue.activeConnections, CompanionKind.gauge, -1.0, "below 0"),
            (.activeConnections, .gauge, .nan, "not a number"),
            (.activeConnections, .gauge, .infinity, "infinite"),
            (.reconnectionRate, .gauge, -0.5, "below 0"),
            (.reconnectionRate, .counter, -3, "below 0"),
            (.reconnectionRate, .counter, .nan, "not a number"),
            (.idleTimeoutEvents, .counter, -.infinity, "infinite"),
            (.heartbeatMissRate, .ratio, 1.7, "a ratio above 1; is it a percent?"),
            (.heartbeatMissRate, .ratio, 170, "a ratio above 1"),
            (.heartbeatMissRate, .ratio, -0.1, "below 0"),
            (.heartbeatMissRate, .percent, 100.5, "a percent above 100"),
        ]
    )
    func refusals(_ value: CompanionValue, _ kind: CompanionKind, _ number: Double, reason: String) {
        var tracker = CompanionTracker()
        for time in 1...2 {
            let reading = tracker.reading(of: [Self.finding(value, kind, number)], at: .seconds(time))
            #expect(reading.refused.map(\.name) == [value])
            #expect(reading.refused.map(\.reason) == [reason])
            #expect(tracker.refusedTotal == UInt64(time))
            var rest = reading
            rest.refused = []
            #expect(rest == CompanionReading())
        }
    }

    @Test("the bounds themselves are accepted", arguments: [(CompanionKind.ratio, 1.0), (.percent, 100), (.ratio, 0)])
    func bounds(_ kind: CompanionKind, _ number: Double) {
        var tracker = CompanionTracker()
        let reading = tracker.reading(of: [Self.finding(.heartbeatMissRate, kind, number)], at: .zero)
        #expect(reading.heartbeats == .ratio(number == 0 ? 0 : 1))
    }

    @Test("a refused counter does not disturb the rate of the accepted ones around it")
    func refusedBetween() {
        var tracker = CompanionTracker()
        _ = tracker.reading(of: [Self.finding(.reconnectionRate, .counter, 10)], at: .zero)
        _ = tracker.reading(of: [Self.finding(.reconnectionRate, .counter, .nan)], at: .seconds(1))
        let reading = tracker.reading(of: [Self.finding(.reconnectionRate, .counter, 30)], at: .seconds(10))
        #expect(reading.reconnections?.ratePerSecond == 2)
    }
}
