/// Turns what a mapping finds, fetch after fetch, into readings: checks ranges, converts units, makes rates of
/// counters.
///
/// Pure: findings and instants in, readings out. A counter that went down was reset, by a restart of the server; what
/// it shows then is what it grew by. The counters themselves pass through as the server offers them, since Prometheus
/// handles their resets just so.
public struct CompanionTracker: Sendable {
    /// How many values were refused since the start.
    public private(set) var refusedTotal: UInt64 = 0

    private struct Point {
        var value: Double
        var instant: Duration
    }

    private var points: [CompanionValue: Point] = [:]

    public init() {}

    /// - Parameters:
    ///   - findings: What ``CompanionMapping/findings(in:)`` found.
    ///   - instant: When the server answered, on a clock that never steps back, from any origin. A reading that is not
    ///     younger than the one before gives no rates.
    public mutating func reading(of findings: [CompanionFinding], at instant: Duration) -> CompanionReading {
        var refused: [RefusedValue] = []
        var accepted: [CompanionValue: CompanionFinding] = [:]
        for finding in findings {
            if let reason = finding.refusal {
                refused.append(RefusedValue(name: finding.value, value: finding.number, reason: reason))
            } else {
                accepted[finding.value] = finding
            }
        }
        let reconnections = accepted[.reconnectionRate].map { readReconnections($0, at: instant) }
        let heartbeats = readHeartbeats(accepted, findings: findings, at: instant, refused: &refused)
        refusedTotal += UInt64(refused.count)
        return CompanionReading(
            activeConnections: accepted[.activeConnections]?.number,
            reconnections: reconnections,
            idleTimeoutEvents: accepted[.idleTimeoutEvents]?.number,
            heartbeats: heartbeats,
            refused: refused
        )
    }

    private mutating func readReconnections(
        _ finding: CompanionFinding,
        at instant: Duration
    ) -> CompanionReading.Reconnections {
        guard finding.kind == .counter else { return .rate(finding.number) }
        let growth = measureGrowth(of: finding, at: instant)
        return .total(finding.number, ratePerSecond: growth.map { $0.increase / $0.seconds })
    }

    /// Counters win over a share: they hold over any time span.
    private mutating func readHeartbeats(
        _ accepted: [CompanionValue: CompanionFinding],
        findings: [CompanionFinding],
        at instant: Duration,
        refused: inout [RefusedValue]
    ) -> CompanionReading.Heartbeats? {
        if let expected = accepted[.heartbeatsExpected], let missed = accepted[.heartbeatsMissed] {
            let due = measureGrowth(of: expected, at: instant)?.increase
            let absent = measureGrowth(of: missed, at: instant)?.increase
            var ratio: Double?
            if let due, let absent, due > 0 {
                if absent <= due {
                    ratio = absent / due
                } else {
                    let reason = "more heartbeats missed (\(absent)) than expected (\(due)) since the last reading"
                    refused.append(RefusedValue(name: .heartbeatMissRate, value: absent / due, reason: reason))
                }
            }
            return .counters(expected: expected.number, missed: missed.number, missRatio: ratio)
        }
        for (present, absent) in [
            (CompanionValue.heartbeatsExpected, CompanionValue.heartbeatsMissed),
            (.heartbeatsMissed, .heartbeatsExpected),
        ] {
            guard let finding = accepted[present], !findings.contains(where: { $0.value == absent }) else { continue }
            let reason = "\(absent.rawValue) is not offered, and one says nothing without the other"
            refused.append(RefusedValue(name: present, value: finding.number, reason: reason))
        }
        guard let share = accepted[.heartbeatMissRate] else { return nil }
        return .ratio(share.kind == .percent ? share.number / 100 : share.number)
    }

    /// By how much a counter grew since the reading before, and in which time.
    private mutating func measureGrowth(
        of finding: CompanionFinding,
        at instant: Duration
    ) -> (increase: Double, seconds: Double)? {
        let before = points[finding.value]
        if let before, instant <= before.instant { return nil }
        points[finding.value] = Point(value: finding.number, instant: instant)
        guard let before else { return nil }
        let increase = finding.number < before.value ? finding.number : finding.number - before.value
        return (increase, (instant - before.instant) / .seconds(1))
    }
}

extension CompanionFinding {
    /// Why the number cannot be what it is offered as, or `nil` if it can.
    fileprivate var refusal: String? {
        if number.isNaN { return "not a number" }
        if number.isInfinite { return "infinite" }
        let upperBound: Double? =
            switch kind {
            case .gauge, .counter: nil
            case .ratio: 1
            case .percent: 100
            }
        if number < 0 { return "below 0" }
        if let upperBound, number > upperBound {
            let advice = kind == .ratio && number <= 100 ? "; is it a percent?" : ""
            return "a \(kind.rawValue) above \(Int(upperBound))\(advice)"
        }
        return nil
    }
}
