internal import SockDiag

extension Finding {
    /// A rise by fewer sockets is noise.
    static let smallestRise = 3

    /// Judges a port. Returns what holds, the worst first; nothing when the port is healthy.
    static func judge(
        _ watched: WatchedPort,
        _ tally: PortTally,
        _ closeWait: CloseWaitSnapshot,
        rise: FloorWindow.Rise?
    ) -> [Finding] {
        [
            noListener(watched, tally),
            stuck(watched, closeWait),
            accumulating(tally, closeWait, rise),
            backlogged(watched, tally),
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
            closeWait.stuckUnclosed > 0 ? "\(closeWait.stuckUnclosed) accepted and never closed" : nil,
            closeWait.stuckUnaccepted > 0 ? "\(closeWait.stuckUnaccepted) never accepted" : nil,
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

    private static func backlogged(_ watched: WatchedPort, _ tally: PortTally) -> Finding? {
        guard tally.acceptQueueFullestRatio > watched.thresholds.backlogRatio else { return nil }
        return Finding(
            .backlogged,
            "The fullest accept queue is \(whole(tally.acceptQueueFullestRatio * 100)) % full: "
                + "\(tally.acceptQueue) connections wait, the limit is \(tally.acceptQueueLimit).",
            [
                "accept_queue": Double(tally.acceptQueue),
                "accept_queue_limit": Double(tally.acceptQueueLimit),
                "accept_queue_fullest_ratio": tally.acceptQueueFullestRatio,
            ]
        )
    }

    /// A number as people say it: no digits after the point, but for small ones.
    private static func whole(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths >= 10 || tenths == tenths.rounded() ? "\(Int(tenths.rounded()))" : "\(tenths)"
    }
}
