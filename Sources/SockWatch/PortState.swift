internal import SockDiag

/// What the engine keeps of one port from sample to sample.
struct PortState: Sendable {
    private(set) var watched: WatchedPort
    var tally = PortTally()
    var acceptQueuePeak = AcceptQueuePeak()
    var cgroups = CgroupTally()
    var closeWait = CloseWaitSnapshot()
    var heartbeats: HeartbeatJudge
    var liveness = LivenessTally()
    var traffic = TrafficTotals()
    var churn = Churn()
    private var sendIdle = Histogram(bounds: Evidence.sendIdleBounds)
    /// What the running sample adds to it, which may yet break.
    var newSendIdle = Histogram(bounds: Evidence.sendIdleBounds)
    private(set) var share = SampleShare()
    /// The share that the last good sample followed. Nil when it followed none.
    private var lastShare: SampleShare?
    /// What the last finished samples of any kind counted as open.
    private(set) var open = OpenCounts()
    /// The last good sample that covered this port.
    private(set) var lastGood: MonotonicInstant?
    private var wasSeen = false
    private var floor: FloorWindow
    private var reconnects = ReconnectWindow()
    private var recentHeartbeats = HeartbeatWindow()

    init(_ watched: WatchedPort) {
        self.watched = watched
        floor = FloorWindow(window: watched.thresholds.closeWaitWindow)
        heartbeats = HeartbeatJudge(configured: watched.heartbeatInterval)
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
        cgroups.beginSample()
        liveness = LivenessTally()
        closeWait.beginSample()
        newSendIdle.removeAll()
    }

    /// Whether a connection that is not known has begun since the last good sample: that one would have seen it.
    func isNew(_ cookie: UInt64) -> Bool {
        lastShare?.contains(cookie) ?? false
    }

    /// - Parameter isNew: see ``isNew(_:)``; false also when the connection was already given up.
    mutating func count(
        _ cookie: UInt64,
        _ entry: LedgerEntry,
        _ change: SocketLedger.Change,
        at now: MonotonicInstant,
        hasEvents: Bool
    ) {
        switch change {
        case .appeared:
            if !hasEvents, isNew(cookie) { churn.countAppeared(weight: share.weight) }
        case .enteredCloseWait:
            closeWait.enter()
        case .leftCloseWait:
            closeWait.leave(after: max(0, now.seconds(since: entry.closeWaitSince)))
        case .vanished:
            churn.countVanished(age: entry.age(at: now), weight: share.weight)
        }
    }

    /// Counts the end of a connection.
    ///
    /// - Parameters:
    ///   - entry: what was known of it. Nil when nothing was.
    ///   - isCounted: whether it was given up before.
    mutating func count(_ end: ConnectionEnd, _ entry: LedgerEntry?, isCounted: Bool) {
        let isFollowed = lastShare == nil || share.contains(end.cookie)
        let age = max(entry?.age(at: end.endedAt) ?? 0, end.leastAge)
        churn.count(
            end,
            idle: watched.side == .server ? end.idle : end.peerIdle,
            age: isFollowed ? age : nil,
            weight: share.weight,
            isCounted: isCounted
        )
        guard isFollowed, !isCounted, entry?.hasTotals ?? isNew(end.cookie) else { return }
        traffic.add(
            written: end.writtenBytes,
            retransmits: end.retransmittedSegments,
            since: entry,
            weight: share.weight
        )
    }

    /// - Parameter staleAfter: the time, in seconds, without samples after which nothing is known of the port.
    mutating func finishSample(at now: MonotonicInstant, staleAfter: Double, settings: EvidenceSettings) {
        lastGood = now
        wasSeen = hasBeenSeen
        acceptQueuePeak.finishSample(tally.acceptQueueFullest)
        floor.add(tally[.closeWait], at: now, longestGap: max(watched.thresholds.closeWaitWindow, staleAfter))
        heartbeats.finishSample()
        recentHeartbeats.add(heartbeats.evidence, at: now)
        sendIdle.add(newSendIdle)
        newSendIdle.removeAll()
        churn.finishSample(live: tally.liveSockets, hasEvents: settings.hasEvents)
        reconnects.add(churn, established: tally[.established], at: now)
        lastShare = settings.isOn ? share : nil
        share.adapt(to: tally.liveSockets, limit: settings.sampleAbove)
    }

    /// Whether there has ever been a socket on the port.
    var hasBeenSeen: Bool { wasSeen || tally.listeners > 0 || tally.connections > 0 }

    mutating func noteCount(at now: MonotonicInstant) {
        open.add(tally.open, at: now)
    }

    /// - Parameters:
    ///   - drifts: what servers say of this port among others.
    ///   - settings: how far single connections are looked at.
    func snapshot(
        at now: MonotonicInstant,
        place: Int,
        drifts: DriftGroups,
        settings: EvidenceSettings
    ) -> PortSnapshot {
        let evidence = Evidence(
            followsConnections: settings.isOn,
            hearsEnds: settings.hasEvents,
            heartbeats: heartbeats.evidence,
            recentHeartbeats: recentHeartbeats.recent,
            liveness: liveness,
            traffic: traffic,
            churn: churn,
            churnRate: reconnects.rate,
            sendIdle: sendIdle,
            share: share.ratio,
            drift: drifts.latest(at: place)
        )
        let acceptQueuePeak = AcceptQueueFill.fuller(tally.acceptQueueFullest, acceptQueuePeak.fullest)
        return PortSnapshot(
            watched: watched,
            hasBeenSeen: hasBeenSeen,
            tally: tally,
            acceptQueuePeak: acceptQueuePeak,
            cgroups: cgroups.counts,
            closeWait: closeWait,
            evidence: evidence,
            findings: Finding.judge(
                watched,
                tally,
                acceptQueuePeak,
                closeWait,
                evidence,
                rise: floor.rise(at: now),
                storm: reconnects.storm,
                drift: drifts.held(at: place)
            )
        )
    }
}
