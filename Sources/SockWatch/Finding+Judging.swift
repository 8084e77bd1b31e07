internal import SockDiag

extension Finding {
    /// A rise by fewer sockets is noise.
    static let smallestRise = 3

    /// Judges a port. Returns what holds, the worst first; nothing when the port is healthy.
    static func judge(
        _ watched: WatchedPort,
        _ tally: PortTally,
        _ acceptQueuePeak: AcceptQueueFill,
        _ closeWait: CloseWaitSnapshot,
        _ evidence: Evidence,
        rise: FloorWindow.Rise?,
        storm: ReconnectWindow.Storm?,
        drift: PortDrift?
    ) -> [Finding] {
        [
            noListener(watched, tally),
            stuck(watched, closeWait),
            accumulating(tally, closeWait, rise),
            backlogged(watched, tally, acceptQueuePeak),
            halfOpen(watched, tally, evidence),
            silent(tally, evidence),
            storm.map(reconnectStorm),
            slowConsumers(watched, tally, evidence),
            drift.map(drifting),
        ].compactMap(\.self)
    }

    static func unknown(since seconds: Double?) -> Finding {
        guard let seconds else { return Finding(.unknown, "The kernel has not answered yet.") }
        return Finding(
            .unknown,
            "The kernel last answered \(whole(seconds)) s ago.",
            ["last_good_sample_age_seconds": seconds]
        )
    }

    private static func noListener(_ watched: WatchedPort, _ tally: PortTally) -> Finding? {
        guard watched.side == .server, tally.listeners == 0 else { return nil }
        return Finding(
            .noListener,
            tally.connections == 0
                ? "Nobody listens on port \(watched.port)."
                : "Nobody listens on port \(watched.port), which still has \(tally.connections) connections.",
            ["listeners": 0, "connections": Double(tally.connections)]
        )
    }

    private static func stuck(_ watched: WatchedPort, _ closeWait: CloseWaitSnapshot) -> Finding? {
        guard closeWait.stuck > 0 else { return nil }
        let causes = [
            closeWait.stuckUnclosed > 0
                ? "\(closeWait.stuckUnclosed) \(watched.side == .server ? "accepted and " : "")never closed" : nil,
            closeWait.stuckUnaccepted > 0
                ? "\(closeWait.stuckUnaccepted) \(watched.side == .server ? "never accepted" : "of no process")" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        let bound = watched.thresholds.closeWaitStuckAfter
        return Finding(
            .closeWaitStuck,
            "\(closeWait.stuck) \(closeWait.stuck == 1 ? "socket has" : "sockets have") been in CLOSE_WAIT for more "
                + "than \(whole(bound)) s, the oldest for \(whole(closeWait.oldestAge)) s: \(causes).",
            [
                "stuck_unclosed": Double(closeWait.stuckUnclosed),
                "stuck_unaccepted": Double(closeWait.stuckUnaccepted),
                "oldest_age_seconds": closeWait.oldestAge,
                "stuck_after_seconds": bound,
            ]
        )
    }

    private static func accumulating(
        _ tally: PortTally,
        _ closeWait: CloseWaitSnapshot,
        _ rise: FloorWindow.Rise?
    ) -> Finding? {
        guard let rise, rise.to - rise.from >= smallestRise else { return nil }
        return Finding(
            .closeWaitAccumulating,
            "The floor of the CLOSE_WAIT count rose from \(rise.from) to \(rise.to) within \(whole(rise.seconds)) s, "
                + "beside \(tally[.established]) ESTABLISHED.",
            [
                "close_wait_floor_before": Double(rise.from),
                "close_wait_floor_now": Double(rise.to),
                "window_seconds": rise.seconds,
                "close_wait": Double(tally[.closeWait]),
                "established": Double(tally[.established]),
                "entered": Double(closeWait.entered),
                "left": Double(closeWait.left),
            ]
        )
    }

    private static func backlogged(
        _ watched: WatchedPort,
        _ tally: PortTally,
        _ peak: AcceptQueueFill
    ) -> Finding? {
        guard peak.ratio > watched.thresholds.backlogRatio else { return nil }
        let isOver = tally.acceptQueueFullest.ratio <= watched.thresholds.backlogRatio
        return Finding(
            .backlogged,
            isOver
                ? "An accept queue was \(whole(peak.ratio * 100)) % full a moment ago: \(peak.waiting) connections waited, "
                    + "the limit is \(peak.limit). Now \(tally.acceptQueue) wait."
                : "The fullest accept queue is \(whole(tally.acceptQueueFullest.ratio * 100)) % full: "
                    + "\(tally.acceptQueue) connections wait, the limit is \(tally.acceptQueueLimit ?? 0).",
            [
                "accept_queue": Double(tally.acceptQueue),
                "accept_queue_limit": Double(tally.acceptQueueLimit ?? 0),
                "accept_queue_fullest_ratio": peak.ratio,
            ]
        )
    }

    /// Shares of the established connections above which a port is silent, half-open, or slow. The alerts' thresholds.
    private static let silentShare = 0.10
    private static let halfOpenShare = 0.05
    private static let slowShare = 0.05

    private static func silent(_ tally: PortTally, _ evidence: Evidence) -> Finding? {
        let established = tally[.established]
        let silent = evidence.liveness.silent
        guard let interval = evidence.heartbeats.interval, Double(silent) > silentShare * Double(established) else {
            return nil
        }
        return Finding(
            .silent,
            "Connections without a byte for more than \(whole(1.5 * interval)) s: \(silent) of \(established), the longest "
                + "for \(whole(evidence.liveness.longestSilence)) s. A heartbeat is due every \(whole(interval)) s.",
            [
                "silent": Double(silent),
                "established": Double(established),
                "longest_seconds": evidence.liveness.longestSilence,
                "heartbeat_interval_seconds": interval,
            ]
        )
    }

    private static func halfOpen(_ watched: WatchedPort, _ tally: PortTally, _ evidence: Evidence) -> Finding? {
        let established = tally[.established]
        let liveness = evidence.liveness
        guard Double(liveness.halfOpen) > halfOpenShare * Double(established) else { return nil }
        let causes = [
            (liveness.halfOpenByRetransmission, "do not acknowledge data"),
            (liveness.halfOpenByKeepalive, "do not answer keepalive probes"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return Finding(
            .halfOpen,
            "\(peers(watched)) that are gone without a FIN: \(liveness.halfOpen) of \(established), the longest for "
                + "\(whole(liveness.longestUnanswered)) s. \(causes).",
            [
                "half_open_by_retransmission": Double(liveness.halfOpenByRetransmission),
                "half_open_by_keepalive": Double(liveness.halfOpenByKeepalive),
                "established": Double(established),
                "longest_seconds": liveness.longestUnanswered,
            ]
        )
    }

    private static func slowConsumers(_ watched: WatchedPort, _ tally: PortTally, _ evidence: Evidence) -> Finding? {
        let established = tally[.established]
        let slow = evidence.liveness.slowConsumers
        guard Double(slow) > slowShare * Double(established) else { return nil }
        return Finding(
            .slowConsumers,
            "\(peers(watched)) that read too slowly: \(slow) of \(established). \(tally.sendQueueBytes) bytes wait to be "
                + "taken, \(tally.sendQueueLargestBytes) of them on one connection.",
            [
                "slow_consumers": Double(slow),
                "established": Double(established),
                "send_queue_bytes": Double(tally.sendQueueBytes),
                "send_queue_largest_bytes": Double(tally.sendQueueLargestBytes),
            ]
        )
    }

    private static func reconnectStorm(_ storm: ReconnectWindow.Storm) -> Finding {
        Finding(
            .reconnectStorm,
            "\(storm.returned) connections came back within \(whole(storm.seconds)) s, \(whole(storm.rate)) per second, "
                + "beside at most \(storm.established) ESTABLISHED.",
            [
                "reconnections": Double(storm.returned),
                "window_seconds": storm.seconds,
                "reconnections_per_second": storm.rate,
                "established": Double(storm.established),
            ]
        )
    }

    private static func drifting(_ found: PortDrift) -> Finding {
        let drift = found.drift
        let counts = drift.counts
        let ports = found.ports.count == 1 ? "" : " on its ports \(found.ports)"
        let kernel = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
        return Finding(
            .drifting,
            "The server says that it has \(whole(drift.active)) connections\(ports); the kernel has \(kernel).",
            [
                "drift": drift.value,
                "active_connections": drift.active,
                "kernel_connections_least": Double(counts.lowerBound),
                "kernel_connections_most": Double(counts.upperBound),
            ]
        )
    }

    /// What people call the other ends of the port's connections.
    private static func peers(_ watched: WatchedPort) -> String {
        watched.side == .server ? "Clients" : "Servers"
    }

    /// A number as people say it: no digits after the point, but for small ones.
    private static func whole(_ value: Double) -> String {
        // What a server says of itself may be a number that no Int holds.
        guard value.magnitude < 1e15 else { return "\(value)" }
        let tenths = (value * 10).rounded() / 10
        return tenths >= 10 || tenths == tenths.rounded() ? "\(Int(tenths.rounded()))" : "\(tenths)"
    }
}
