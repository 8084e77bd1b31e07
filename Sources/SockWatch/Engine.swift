public import SockDiag

/// Turns socket records into a ``Snapshot``. Pure: it has no clock, no descriptor, and no logger.
///
/// ```swift
/// var engine = Engine(plan: plan)
/// engine.beginSample(.scheduled, at: now)
/// dump { engine.add($0) }
/// let snapshot = engine.finishSample()
/// ```
///
/// When a dump fails in the middle, call ``beginSample(_:at:)`` again to retry, or ``abandonSample(at:)``: nothing of
/// the broken sample remains.
public struct Engine: Sendable {
    /// What a sample may change.
    public enum SampleKind: Hashable, Sendable {
        /// The sampler's own: it feeds counters, histograms and windows.
        case scheduled
        /// Taken because somebody asked. It refreshes what is true now and changes no counter, so that a second
        /// Prometheus does not change what the first one sees.
        case onDemand
    }

    public private(set) var plan: WatchPlan
    private var index: PortIndex
    private var ports: [PortState]
    private var ledger: SocketLedger
    private var sample: UInt32 = 0
    private var kind = SampleKind.scheduled
    private var now = MonotonicInstant(nanoseconds: 0)
    /// When the kernel looked at the sockets that are added: `now`, or later in a long sample.
    private var look = Look(from: MonotonicInstant(nanoseconds: 0), to: MonotonicInstant(nanoseconds: 0))
    private var lastGood: MonotonicInstant?
    /// When a sample of either kind was last finished.
    private var lastAnswer: MonotonicInstant?
    /// The cookies of listeners: when one is closed its event looks like that of an aborted connection.
    private var listeners: Set<UInt64> = []
    private var ended = EndedCookies()
    private var told = ToldEnds()
    private var drifts = DriftGroups()
    /// Whether a sample has failed since the last good scheduled one.
    private var isBehind = false

    /// Without a good sample for so long, conditions are unknown. Seconds; more than the sampling interval, else
    /// accumulation over windows that are shorter than the interval goes unseen.
    public var staleAfter: Double

    /// Sockets whose history others keep: the plan's limit is for theirs and this engine's together.
    public var trackedElsewhere = 0 {
        didSet { ledger.limit = limit }
    }

    private var limit: Int { max(0, plan.evidence.trackedSocketsLimit - trackedElsewhere) }

    public init(plan: WatchPlan, staleAfter: Double = 30) {
        self.plan = plan
        self.staleAfter = staleAfter
        index = PortIndex(plan)
        ports = plan.ports.map { PortState($0) }
        ledger = SocketLedger(limit: plan.evidence.trackedSocketsLimit)
    }

    /// Goes over to another plan. Ports that stay keep their history, also when their bounds change.
    public mutating func adopt(_ next: WatchPlan) {
        guard next != plan else { return }
        let oldPlaces = Dictionary(uniqueKeysWithValues: plan.ports.enumerated().map { (WatchPlan.Key($1), $0) })
        var newPlaces = [Int?](repeating: nil, count: plan.ports.count)
        let oldPorts = ports
        ports = next.ports.enumerated().map { place, watched in
            guard let old = oldPlaces[WatchPlan.Key(watched)] else { return PortState(watched) }
            newPlaces[old] = place
            return oldPorts[old].adopting(watched)
        }
        ledger.relocate(newPlaces)
        drifts.adopt(next)
        index = PortIndex(next)
        plan = next
        ledger.limit = limit
    }

    /// Whether the next sample needs `tcp_info`: the evidence does, and it alone tells how long a socket has been in
    /// CLOSE_WAIT that was there before the port was watched, or that came while samples failed.
    public var needsTCPInfo: Bool {
        !ports.isEmpty && plan.evidence.isOn || isBehind
            || ports.contains { $0.lastGood == nil || $0.lastGood != lastGood }
    }

    public mutating func beginSample(_ kind: SampleKind, at now: MonotonicInstant) {
        self.kind = kind
        self.now = now
        look = Look(from: now, to: now)
        sample &+= 1
        ledger.beginSample()
        for place in ports.indices { ports[place].beginSample() }
    }

    /// Tells when the kernel looked at the sockets that are added from now on: between two readings of the clock. What
    /// it says of them counts from there, and a sample takes long on a busy machine.
    public mutating func noteLook(from start: MonotonicInstant, to end: MonotonicInstant) {
        look = Look(from: start, to: end)
    }

    /// Adds one socket of the running sample. Allocates nothing, but for the ledger's rare growth.
    ///
    /// A dump can tell a socket twice, when the kernel's table changes while it is walked. Of the second record of a socket
    /// that is remembered nothing counts.
    public mutating func add(_ record: borrowing SocketRecord) {
        guard let place = index.place(local: record.local.port, remote: record.remote.port) else { return }
        let cookie = record.cookie
        let (isFull, state) = (record.isFullSocket, record.state)
        let isConnection = isFull && state != .listen
        let isFollowed = isConnection && plan.evidence.isOn && ports[place].share.contains(cookie)
        // Leaks are counted to the last one, whatever the share of the others.
        let isRemembered = isFollowed || isConnection && state == .closeWait
        let known = isRemembered ? ledger.index(of: cookie) : nil
        if let known, kind == .scheduled, ledger[known].lastSample == sample { return }

        ports[place].tally.add(record)
        if plan.evidence.countsCgroups { ports[place].cgroups.add(record.state, cgroup: record.cgroupID) }
        if record.state == .listen, plan.evidence.hasEvents { listeners.insert(cookie) }
        guard isRemembered else { return }

        var entry = known.map { ledger[$0] } ?? LedgerEntry(port: place, firstSeen: now, sample: sample)
        let isNew = known == nil && isNew(cookie, ports[place])
        look(at: record, place, &entry, isFollowed: isFollowed, isNew: isNew)
        guard kind == .scheduled else { return }
        entry.lastSample = sample
        if let known { ledger[known] = entry } else { ledger.insert(cookie, entry) }
    }

    /// Adds a listener that was looked at between samples: how full its accept queue was counts until the scheduled sample
    /// after the next.
    public mutating func add(listener record: borrowing SocketRecord) {
        guard record.state == .listen, let place = index.place(local: record.local.port, remote: 0) else { return }
        if plan.evidence.hasEvents { listeners.insert(record.cookie) }
        ports[place].acceptQueuePeak.add(AcceptQueueFill(record))
    }

    /// Whether an unknown connection has begun since the last good sample. One that found no room may be older.
    private func isNew(_ cookie: UInt64, _ port: PortState) -> Bool {
        ledger.untracked == 0 && port.isNew(cookie) && !ended.contains(cookie)
    }

    private mutating func look(
        at record: borrowing SocketRecord,
        _ place: Int,
        _ entry: inout LedgerEntry,
        isFollowed: Bool,
        isNew: Bool
    ) {
        if record.state == .closeWait {
            if !entry.isInCloseWait {
                entry.isInCloseWait = true
                entry.closeWaitSince = claimedEntry(record, ports[place].lastGood)
            }
            ports[place].closeWait.add(
                age: max(0, now.seconds(since: entry.closeWaitSince)),
                inode: record.inode,
                stuckAfter: ports[place].watched.thresholds.closeWaitStuckAfter
            )
        } else {
            entry.isInCloseWait = false
        }
        guard isFollowed, let info = record.tcpInfo else { return }
        let changesCounters = kind == .scheduled
        ports[place].follow(record, info, &entry, at: look, isNew: isNew, changesCounters: changesCounters)
    }

    /// Since when a socket is in CLOSE_WAIT that is seen there for the first time: since the FIN, as the last
    /// acknowledgement tells, but not since before the last sample that did not see it. Without either: since now.
    private func claimedEntry(_ record: borrowing SocketRecord, _ lastGood: MonotonicInstant?) -> MonotonicInstant {
        guard let info = record.tcpInfo else { return now }
        let sinceFIN = now.advanced(by: -Double(info.lastAckReceived) / 1000)
        return lastGood.map { max($0, sinceFIN) } ?? sinceFIN
    }

    public mutating func finishSample() -> Snapshot {
        for place in ports.indices { ports[place].noteCount(at: now) }
        drifts.finishSample(ports, isScheduled: kind == .scheduled, at: now)
        if kind == .scheduled {
            let hasEvents = plan.evidence.hasEvents
            ledger.sweep(sample: sample, waitsForEvents: hasEvents) { cookie, entry, change in
                // It was given up too early: its event is still to come, and is to count.
                if change == .appeared, hasEvents { _ = ended.remove(cookie) }
                if change == .vanished {
                    // What is not followed any more has not ended.
                    guard plan.evidence.isOn, ports[entry.port].share.contains(cookie) else { return }
                    ended.insert(cookie)
                }
                ports[entry.port].count(cookie, entry, change, at: now, hasEvents: hasEvents)
            }
            ended.finishSample(at: now)
            lastGood = now
            isBehind = false
            for place in ports.indices {
                ports[place].finishSample(
                    at: now,
                    staleAfter: staleAfter,
                    settings: plan.evidence
                )
            }
        }
        lastAnswer = now
        return snapshot(at: now)
    }

    /// Counts the end of a connection that an event told of. Belongs between samples: a running one may have seen the
    /// connection before it ended. An end that is told twice counts once.
    public mutating func add(_ end: ConnectionEnd) {
        guard told.insert(end.cookie), listeners.remove(end.cookie) == nil, !end.isUnconnected else { return }
        let hasEvents = plan.evidence.hasEvents
        let entry = ledger.end(end.cookie) { entry, change in
            ports[entry.port].count(end.cookie, entry, change, at: end.endedAt, hasEvents: hasEvents)
        }
        // The ports of an aborted connection are no longer all there.
        guard let place = entry?.port ?? index.place(local: end.localPort, remote: end.remotePort) else { return }
        ports[place].count(end, entry, isCounted: ended.remove(end.cookie))
    }

    /// Notes what the server itself says of its connections, to be held against the last sample before it was asked and
    /// the first after it answered. Belongs between samples; the next one makes the drift known.
    ///
    /// - Parameters:
    ///   - active: the server's number of connections. Nil when it does not say one, or is asked no more.
    ///   - ports: the local ports that it speaks for; its number is held against the sum over them.
    ///   - asked: when the server was asked. Nil: after the last sample.
    public mutating func note(active: Double?, ports covered: PortSet, asked: MonotonicInstant? = nil) {
        drifts.note(active: active, ports: covered, asked: asked, plan: plan, states: ports)
    }

    /// Gives a sample up whose dump failed. The last good one stands, until it is too old.
    ///
    /// It need not have begun: the dump may have failed before.
    ///
    /// - Parameter last: the snapshot that was served until now.
    public mutating func abandonSample(at now: MonotonicInstant, last: Snapshot?) -> Snapshot {
        isBehind = true
        let silence = lastAnswer.map { now.seconds(since: $0) }
        if let last, let silence, silence <= staleAfter { return last }
        let known = Dictionary(
            (last?.ports ?? []).map { (WatchPlan.Key($0.watched), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return Snapshot(
            sampledAt: last?.sampledAt,
            ports: ports.enumerated().map { place, state in
                let port = known[WatchPlan.Key(state.watched)]
                return PortSnapshot(
                    watched: state.watched,
                    hasBeenSeen: port?.hasBeenSeen ?? false,
                    tally: port?.tally ?? PortTally(),
                    acceptQueuePeak: port?.acceptQueuePeak ?? .empty,
                    cgroups: port?.cgroups ?? .none,
                    closeWait: port?.closeWait ?? CloseWaitSnapshot(),
                    evidence: port?.evidence ?? snapshot(of: state, place: place, at: now).evidence,
                    findings: [.unknown(since: silence)]
                )
            },
            drifts: last?.drifts ?? [],
            trackedSockets: ledger.count,
            trackedSocketsLimit: plan.evidence.trackedSocketsLimit,
            untrackedSockets: last?.untrackedSockets ?? 0
        )
    }

    private func snapshot(of port: PortState, place: Int, at now: MonotonicInstant) -> PortSnapshot {
        port.snapshot(at: now, place: place, drifts: drifts, settings: plan.evidence)
    }

    private func snapshot(at now: MonotonicInstant) -> Snapshot {
        Snapshot(
            sampledAt: now,
            ports: ports.enumerated().map { snapshot(of: $1, place: $0, at: now) },
            drifts: drifts.latest,
            trackedSockets: ledger.count,
            trackedSocketsLimit: plan.evidence.trackedSocketsLimit,
            untrackedSockets: ledger.untracked
        )
    }
}
