internal import Companion
internal import SockDiag
internal import SockWatch

/// Holds what was seen of one port against bounds. Pure.
///
/// - Levels (ESTABLISHED, CLOSE_WAIT, stuck, half-open, drift, conditions) are those at the end, and a bound is broken
///   when each of the last three samples breaks it. So neither a spike during a deployment nor a socket that is closed
///   a moment later fails a check.
/// - Heartbeats and reconnections are taken over all of the window.
struct PortJudge {
    let window: PortWindow
    /// Nil when the port has no companion, or none is read.
    let companion: CompanionOutcome?
    let collectors: Collectors
    /// Whether all ends of connections were heard of that should have been.
    let heardAll: Bool

    func judge(_ bound: Bound) -> Judgement {
        if case .not(let condition) = bound { return judge(condition) }
        // A minimum is judged all the same: nothing is less than something.
        if !window.hasLife, bound.isMaximum {
            return Judgement(bound, notJudged: "nobody listened on the port, and nobody was connected to it")
        }
        return switch bound {
        case .minEstablished:
            level(bound, "ESTABLISHED", window.established) { $0.tally[.established] }
        case .maxCloseWait:
            level(bound, "in CLOSE_WAIT", window.closeWait) { $0.tally[.closeWait] }
        case .maxStuck: stuck(bound)
        case .maxHeartbeatMiss: heartbeats(bound)
        case .maxHalfOpen, .maxHalfOpenShare: halfOpen(bound)
        case .maxDrift: drift(bound)
        case .maxReconnectRate: reconnections(bound)
        case .not(let condition): judge(condition)
        }
    }

    // MARK: Levels

    private func level(
        _ bound: Bound,
        _ what: String,
        _ range: ClosedRange<Int>,
        _ count: (PortSnapshot) -> Int
    ) -> Judgement {
        let counts = window.tail.map(count)
        let best = bound.isMaximum ? counts.min() : counts.max()
        return Judgement(
            bound,
            Double(best ?? 0),
            "\(best ?? 0) \(what) at the end; \(range.text) while it was watched"
        )
    }

    private func stuck(_ bound: Bound) -> Judgement {
        // The one that is judged by is the one whose causes are told.
        let best = window.tail.min { $0.closeWait.stuck < $1.closeWait.stuck } ?? window.last
        let (stuck, after) = (best.closeWait, best.watched.thresholds.closeWaitStuckAfter)
        let causes =
            stuck.stuck > 0
            ? " (\(stuck.stuckUnclosed) accepted and never closed, \(stuck.stuckUnaccepted) never accepted)" : ""
        let oldest = stuck.oldestAge > 0 ? "; the oldest for \(stuck.oldestAge.shownSeconds) s" : ""
        return Judgement(
            bound,
            Double(stuck.stuck),
            "\(stuck.stuck) in CLOSE_WAIT for more than \(after.shownText) s at the end\(causes)\(oldest)"
        )
    }

    private func halfOpen(_ bound: Bound) -> Judgement {
        let isShare = if case .maxHalfOpenShare = bound { true } else { false }
        func value(_ port: PortSnapshot) -> Double? {
            guard isShare else { return Double(port.evidence.liveness.halfOpen) }
            let established = port.tally[.established]
            return established > 0 ? Double(port.evidence.liveness.halfOpen) / Double(established) : nil
        }
        let measured = window.tail.compactMap { port in value(port).map { (value: $0, port: port) } }
        guard let best = measured.min(by: { $0.value < $1.value }) else {
            return Judgement(bound, notJudged: "no connection was ESTABLISHED at the end")
        }
        let liveness = best.port.evidence.liveness
        return Judgement(
            bound,
            best.value,
            "the peers of \(liveness.halfOpen) of \(best.port.tally[.established]) ESTABLISHED do not answer at the end "
                + "(\(liveness.halfOpenByRetransmission) data, \(liveness.halfOpenByKeepalive) keepalive probes)"
                + (liveness.blind > 0
                    ? "; \(liveness.blind) are idle without keepalive, where nothing would show it" : "")
        )
    }

    private func drift(_ bound: Bound) -> Judgement {
        guard let companion else {
            return Judgement(bound, notJudged: "the port has no companion that tells the server's own numbers")
        }
        if let failure = companion.failure { return Judgement(bound, notJudged: failure.description) }
        let drifts = window.tail.compactMap(\.evidence.drift)
        guard let best = drifts.min(by: { abs($0.value) < abs($1.value) }) else {
            return Judgement(
                bound,
                notJudged: companion.reading?.activeConnections == nil
                    ? "the server does not say its number of connections"
                    : "the server's number could not be held against two samples"
            )
        }
        return Judgement(
            bound,
            best.value,
            "the server says \(best.active.shownText), the kernel \(best.counts.text)"
        )
    }

    // MARK: The whole window

    private func heartbeats(_ bound: Bound) -> Judgement {
        guard let interval = window.last.evidence.heartbeats.interval else {
            return Judgement(
                bound,
                notJudged: "the heartbeat interval is not configured, and could not be learned within "
                    + "\(window.seconds.shownSeconds) s"
            )
        }
        if window.last.evidence.heartbeats.isContradicted {
            return Judgement(
                bound,
                notJudged: "what is written contradicts the configured heartbeat interval of \(interval.shownText) s"
            )
        }
        let (observed, missed) = (window.heartbeatsObserved, window.heartbeatsMissed)
        let silent = UInt64(window.last.evidence.liveness.silent)
        guard observed + missed > 0 else {
            return Judgement(
                bound,
                notJudged: "no connection had two heartbeats within "
                    + "\(window.seconds.shownSeconds) s; one is due every \(interval.shownText) s"
                    + (silent > 0 ? ", and \(silent) connections are silent" : "")
            )
        }
        // A gap counts when it closes. One that is open at the end would never, and has one missed heartbeat at least.
        let due = observed + missed + silent
        let origin = window.last.evidence.heartbeats.isLearned ? "learned" : "configured"
        return Judgement(
            bound,
            Double(missed + silent) / Double(due),
            "\(missed + silent) of \(due) heartbeats missed, \(silent) of them still due on silent connections; one is "
                + "due every \(interval.shownText) s (\(origin))"
        )
    }

    private func reconnections(_ bound: Bound) -> Judgement {
        guard window.seconds > 0 else { return Judgement(bound, notJudged: "there was only one sample") }
        let rate = Double(window.reconnections.count) / window.seconds
        if !heardAll, !bound.isBroken(by: rate) {
            return Judgement(
                bound,
                notJudged: "ends of connections were not heard of, so there may be more",
                measured: rate
            )
        }
        return Judgement(
            bound,
            rate,
            "\(window.reconnections.count) of \(window.opened) opened connections came in place of one of the "
                + "\(window.closed) that ended" + (collectors.events ? "" : "; a lower bound without events")
        )
    }

    // MARK: Conditions

    private func judge(_ condition: PortCondition) -> Judgement {
        let bound = Bound.not(condition)
        if let finding = window.last.findings.first(where: { $0.condition == condition }) {
            let isLasting = window.tail.allSatisfy { $0.holds(condition) }
            return isLasting
                ? Judgement(bound, 1, finding.sentence)
                : Judgement(bound, 0, "only in the last moment: \(finding.sentence)")
        }
        if let reason = blindness(to: condition) { return Judgement(bound, notJudged: reason) }
        return Judgement(bound, 0, "")
    }

    /// Why a condition could not have been seen. Nil when it could.
    private func blindness(to condition: PortCondition) -> String? {
        let port = window.last
        switch condition {
        case .closeWaitAccumulating:
            let needed = port.watched.thresholds.closeWaitWindow
            return window.seconds >= needed ? nil : "it is seen after \(needed.shownText) s"
        case .silent, .halfOpen, .slowConsumers:
            if !collectors.connections { return "single connections are not followed" }
            let isKnown = condition != .silent || port.evidence.heartbeats.interval != nil
            return isKnown ? nil : "the heartbeat interval is neither configured nor learned"
        case .reconnectStorm:
            return collectors.connections || collectors.events ? nil : "neither connections nor their ends are followed"
        case .drifting:
            if port.evidence.drift == nil { return "the server's own number of connections is not known" }
            return window.seconds >= Drift.heldAfter ? nil : "it is seen after \(Drift.heldAfter.shownText) s"
        default:
            return nil
        }
    }
}
