internal import HostSystem
internal import SockDiag
internal import SockWatch

/// Takes samples: asks the kernel, feeds the engine, retries. Blocks; belongs to one thread.
///
/// A failed sample leaves nothing behind but its count: the last good one stands until it is stale.
struct KernelSampler: ~Copyable {
    /// Opens a table, as often as one had to be given up.
    typealias Opening = @Sendable () throws(SockDiagError) -> any SocketTable & ~Copyable

    /// What is watched in other network namespaces, and taken of the limits that hold for all together.
    struct Others {
        var ports = 0
        var trackedSockets = 0
        /// Whether one of them watches the ports that have not been seen anywhere.
        var haveUnseenPorts = true
    }

    /// Changes when the way to the table does.
    var open: Opening
    private var table: (any SocketTable & ~Copyable)?
    /// Of the table that was asked last. It stays when that is given up, for the last good sample stays, too.
    private var shortcoming: String?
    private var engine: Engine
    private(set) var statistics = SamplingStatistics()
    private var last: Snapshot?
    private var lastGood: WallClock?
    /// How far single connections are looked at, from the next scheduled sample on.
    var evidence: EvidenceSettings
    private let ends: EndQueue?

    /// After so many seconds a dump that broke is not begun again. Walking a million sockets takes less than one.
    var patience = 2.0

    /// - Parameters:
    ///   - table: one that is open already.
    ///   - evidence: how far single connections are looked at.
    ///   - ends: what is heard of ends. Nil when that is not wanted, or when it was and could not be.
    init(
        open: @escaping Opening,
        table: consuming (any SocketTable & ~Copyable)? = nil,
        evidence: EvidenceSettings = .init(),
        ends: EndQueue? = nil
    ) {
        self.open = open
        self.table = table
        self.evidence = evidence
        self.ends = ends
        statistics.hearsEvents = evidence.hasEvents ? ends != nil : nil
        engine = Engine(plan: WatchPlan(ports: []))
    }

    mutating func setInterval(_ seconds: Double) {
        statistics.interval = seconds
        // Three missed samples in a row say that something is wrong, one does not.
        engine.staleAfter = 3 * seconds
    }

    /// - Parameter others: what is watched beside this.
    mutating func sample(_ kind: Engine.SampleKind, _ source: WatchSource, beside others: Others? = nil) -> Sample {
        let start = MonotonicInstant.now
        var failure: SockDiagError?
        for attempt in 0...SocketDumper.mostRetries {
            if attempt > 0 { statistics.retries += 1 }
            do throws(SockDiagError) {
                last = try attemptSample(kind, source, others)
                failure = nil
                break
            } catch {
                failure = error
                // What is not of the moment will be the same the next time; a fresh socket is what may help then. So it is
                // after a long silence, and other namespaces must not wait for another one.
                if !error.isTransient || MonotonicInstant.now.seconds(since: start) >= patience {
                    table = nil
                    break
                }
            }
        }
        if failure != nil { last = engine.abandonSample(at: start, last: last) }
        note(kind, succeeded: failure == nil, seconds: MonotonicInstant.now.seconds(since: start))
        return Sample(
            snapshot: last ?? Sample.none.snapshot,
            statistics: statistics,
            failure: failure.map(\.description),
            sampledAt: lastGood,
            attemptedAt: start,
            shortcoming: shortcoming
        )
    }

    private mutating func attemptSample(
        _ kind: Engine.SampleKind,
        _ source: WatchSource,
        _ others: Others?
    ) throws(SockDiagError) -> Snapshot {
        if table == nil { table = try open() }
        shortcoming = table?.shortcoming
        // Only the schedule changes what is watched: a scrape must not make a port, and its counters, go.
        if kind == .scheduled || engine.plan.ports.isEmpty {
            var plan = try source.plan(previous: last, beside: others) { () throws(SockDiagError) in
                try table?.listeningPorts() ?? []
            }
            plan.evidence = evidence
            plan.evidence.hasEvents = statistics.hearsEvents == true
            // What cannot be known is not claimed.
            if shortcoming != nil {
                plan.evidence.isOn = false
                plan.evidence.countsCgroups = false
            }
            engine.adopt(plan)
            engine.trackedElsewhere = others?.trackedSockets ?? 0
        }
        if kind == .scheduled { takeEnds() }
        // Times in records are told from the dump on, and an attempt before this one may have taken long.
        var announced = MonotonicInstant.now
        engine.beginSample(kind, at: announced)
        let query = SocketQuery(filter: engine.plan.filter, includesTCPInfo: engine.needsTCPInfo)
        // The kernel looks one datagram ahead: what is read next, it saw since the last announcement.
        try table?.dump(query) {
            let now = MonotonicInstant.now
            engine.noteLook(from: announced, to: now)
            announced = now
        } visit: { record in
            engine.add(record)
        }
        return engine.finishSample()
    }

    /// Looks at the listeners alone, between samples: an accept queue fills up and is emptied within a second. Takes the
    /// kernel 0.02 ms, whatever the number of connections. A look that fails tells nothing, and the next sample will fail,
    /// too, and say why.
    mutating func lookAtListeners() {
        guard table != nil, !engine.plan.ports.isEmpty else { return }
        let query = SocketQuery(filter: engine.plan.filter, states: .listen)
        try? table?.dump(query, willLook: {}) { engine.add(listener: $0) }
    }

    /// What ended until now was alive in the last sample or came after it; the next one will not see it.
    private mutating func takeEnds() {
        guard let ends else { return }
        ends.watch(engine.plan.filter)
        let heard = ends.take()
        for end in heard.ends { engine.add(end) }
        statistics.eventsLost = heard.lost
        statistics.hearsEvents = heard.failure == nil
    }

    /// Notes what a server says of its connections, to be held against the samples before and after.
    mutating func note(_ answer: CompanionAnswer, ports: PortSet) {
        engine.note(active: answer.active, ports: ports, asked: answer.asked)
    }

    private mutating func note(_ kind: Engine.SampleKind, succeeded: Bool, seconds: Double) {
        if succeeded { lastGood = WallClock.now }
        statistics.note(kind, succeeded: succeeded, seconds: seconds)
        if kind == .scheduled, succeeded { statistics.lastGood = lastGood }
    }
}
