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
        let rate = growth(of: finding, at: instant).map { $0.increase / $0.seconds }
        remember(finding, at: instant)
        // A growth near the largest number, in less than a second, is more than a number can hold.
        return .total(finding.number, ratePerSecond: rate.flatMap { $0.isFinite ? $0 : nil })
    }

    /// Counters win over a share: they hold over any time span.
    private mutating func readHeartbeats(
        _ accepted: [CompanionValue: CompanionFinding],
        findings: [CompanionFinding],
        at instant: Duration,
        refused: inout [RefusedValue]
    ) -> CompanionReading.Heartbeats? {
        if let expected = accepted[.heartbeatsExpected], let missed = accepted[.heartbeatsMissed] {
            var ratio: Double?
            if let due = growth(of: expected, at: instant)?.increase,
                let absent = growth(of: missed, at: instant)?.increase
            {
                // The counters before stay the measure: whoever divides the growths of the counters that were let
                // through must never get more than 1.
                guard absent <= due else {
                    let reason = "more heartbeats missed (\(absent)) than expected (\(due)) since the last good reading"
                    refused.append(RefusedValue(name: .heartbeatsMissed, value: missed.number, reason: reason))
                    return nil
                }
                if due > 0 { ratio = absent / due }
            }
            remember(expected, at: instant)
            remember(missed, at: instant)
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

    /// By how much a counter grew since the reading that is remembered, and in which time.
    private func growth(
        of finding: CompanionFinding,
        at instant: Duration
    ) -> (increase: Double, seconds: Double)? {
        guard let before = points[finding.value], instant > before.instant else { return nil }
        let increase = finding.number < before.value ? finding.number : finding.number - before.value
        return (increase, (instant - before.instant) / .seconds(1))
    }

    private mutating func remember(_ finding: CompanionFinding, at instant: Duration) {
        if let before = points[finding.value], instant <= before.instant { return }
        points[finding.value] = Point(value: finding.number, instant: instant)
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
