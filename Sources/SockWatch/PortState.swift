internal import SockDiag

/// What the engine keeps of one port from sample to sample.
struct PortState: Sendable {
    private(set) var watched: WatchedPort
    var tally = PortTally()
    var closeWait = CloseWaitSnapshot()
    /// The last good sample that covered this port.
    private(set) var lastGood: MonotonicInstant?
    private var floor: FloorWindow

    init(_ watched: WatchedPort) {
        self.watched = watched
        floor = FloorWindow(window: watched.thresholds.closeWaitWindow)
    }

    /// The same port with other bounds or another name.
    func adopting(_ next: WatchedPort) -> PortState {
        var state = self
        if next.thresholds.closeWaitWindow != watched.thresholds.closeWaitWindow {
            state.floor = FloorWindow(window: next.thresholds.closeWaitWindow)
        }
        state.watched = next
        return state
    }

    mutating func beginSample() {
        tally = PortTally()
        closeWait.beginSample()
    }

    /// - Parameter staleAfter: the time, in seconds, without samples after which nothing is known of the port.
    mutating func finishSample(at now: MonotonicInstant, staleAfter: Double) {
        lastGood = now
        floor.add(tally[.closeWait], at: now, longestGap: max(watched.thresholds.closeWaitWindow, staleAfter))
    }

    func snapshot(at now: MonotonicInstant) -> PortSnapshot {
        PortSnapshot(
            watched: watched,
            tally: tally,
            closeWait: closeWait,
            findings: Finding.judge(watched, tally, closeWait, rise: floor.rise(at: now))
        )
    }
}
