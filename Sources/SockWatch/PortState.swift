internal import SockDiag

/// What the engine keeps of one port from sample to sample.
struct PortState: Sendable {
    private(set) var watched: WatchedPort
    var tally = PortTally()
    var closeWait = CloseWaitSnapshot()
    var heartbeats: HeartbeatEvidence
    var liveness = LivenessTally()
    var traffic = TrafficTotals()
    var churn = Churn()
    var sendIdle = Histogram(bounds: Evidence.sendIdleBounds)
    private(set) var share = SampleShare()
    /// The last good sample that covered this port.
    private(set) var lastGood: MonotonicInstant?
    private var floor: FloorWindow

    init(_ watched: WatchedPort) {
        self.watched = watched
        floor = FloorWindow(window: watched.thresholds.closeWaitWindow)
        heartbeats = HeartbeatEvidence(configured: watched.heartbeatInterval)
    }

    /// The same port with other bounds or another name.
    func adopting(_ next: WatchedPort) -> PortState {
        var state = self
        if next.thresholds.closeWaitWindow != watched.thresholds.closeWaitWindow {
            state.floor = FloorWindow(window: next.thresholds.closeWaitWindow)
        }
        if next.heartbeatInterval != watched.heartbeatInterval {
            state.heartbeats = heartbeats.adopting(configured: next.heartbeatInterval)
        }
        state.watched = next
        return state
    }

    mutating func beginSample() {
        tally = PortTally()
        liveness = LivenessTally()
        closeWait.beginSample()
    }

    mutating func count(_ entry: LedgerEntry, _ change: SocketLedger.Change, at now: MonotonicInstant) {
        switch change {
        case .appeared: break
        case .enteredCloseWait: closeWait.enter()
        case .leftCloseWait: closeWait.leave(after: max(0, now.seconds(since: entry.closeWaitSince)))
        case .vanished: churn.countVanished(age: entry.age(at: now), weight: share.weight)
        }
    }

    /// - Parameter staleAfter: the time, in seconds, without samples after which nothing is known of the port.
    mutating func finishSample(at now: MonotonicInstant, staleAfter: Double, evidenceLimit: Int) {
        lastGood = now
        floor.add(tally[.closeWait], at: now, longestGap: max(watched.thresholds.closeWaitWindow, staleAfter))
        heartbeats.finishSample()
        churn.finishSample(live: tally.liveSockets)
        share.adapt(to: tally.liveSockets, limit: evidenceLimit)
    }

    func snapshot(at now: MonotonicInstant) -> PortSnapshot {
        let evidence = Evidence(
            heartbeats: heartbeats,
            liveness: liveness,
            traffic: traffic,
            churn: churn,
            sendIdle: sendIdle,
            share: share.ratio
        )
        return PortSnapshot(
            watched: watched,
            tally: tally,
            closeWait: closeWait,
            evidence: evidence,
            findings: Finding.judge(watched, tally, closeWait, evidence, rise: floor.rise(at: now))
        )
    }
}
