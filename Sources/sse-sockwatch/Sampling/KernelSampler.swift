internal import HostSystem
internal import SockDiag
internal import SockWatch

/// Takes samples: asks the kernel, feeds the engine, retries. Blocks; belongs to one thread.
///
/// A failed sample leaves nothing behind but its count: the last good one stands until it is stale.
struct KernelSampler: ~Copyable {
    /// Opens a table, as often as one had to be given up.
    typealias Opening = @Sendable () throws(SockDiagError) -> any SocketTable & ~Copyable

    private let open: Opening
    private var table: (any SocketTable & ~Copyable)?
    private var engine: Engine
    private(set) var statistics = SamplingStatistics()
    private var last: Snapshot?
    private var lastGood: WallClock?
    /// How far single connections are looked at, from the next scheduled sample on.
    var evidence: EvidenceSettings
    private let listener: ConnectionEndListener?

    /// - Parameters:
    ///   - evidence: how far single connections are looked at.
    ///   - listener: hears of ends. Nil when that is not wanted, or when it was and could not be.
    init(open: @escaping Opening, evidence: EvidenceSettings = .init(), listener: ConnectionEndListener? = nil) {
        self.open = open
        self.evidence = evidence
        self.listener = listener
        statistics.hearsEvents = evidence.hasEvents ? listener != nil : nil
        engine = Engine(plan: WatchPlan(ports: []))
    }

    mutating func setInterval(_ seconds: Double) {
        statistics.interval = seconds
        // Three missed samples in a row say that something is wrong, one does not.
        engine.staleAfter = 3 * seconds
    }

    mutating func sample(_ kind: Engine.SampleKind, _ source: WatchSource) -> Sample {
        let start = MonotonicInstant.now
        var failure: SockDiagError?
        for attempt in 0...SocketDumper.mostRetries {
            if attempt > 0 { statistics.retries += 1 }
            do throws(SockDiagError) {
                last = try attemptSample(kind, source, at: start)
                failure = nil
                break
            } catch {
                failure = error
                // What is not of the moment will be the same the next time; a fresh socket is what may help then.
                if !error.isTransient {
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
            attemptedAt: start
        )
    }

    private mutating func attemptSample(
        _ kind: Engine.SampleKind,
        _ source: WatchSource,
        at start: MonotonicInstant
    ) throws(SockDiagError) -> Snapshot {
        if table == nil { table = try open() }
        // Only the schedule changes what is watched: a scrape must not make a port, and its counters, go.
        if kind == .scheduled || engine.plan.ports.isEmpty {
            var plan = try source.plan(previous: last?.ports ?? []) { () throws(SockDiagError) in
                try table?.listeningPorts() ?? []
            }
            plan.evidence = evidence
            plan.evidence.hasEvents = statistics.hearsEvents == true
            engine.adopt(plan)
        }
        if kind == .scheduled { takeEnds() }
        engine.beginSample(kind, at: start)
        let query = SocketQuery(filter: engine.plan.filter, includesTCPInfo: engine.needsTCPInfo)
        try table?.dump(query) { record in engine.add(record) }
        return engine.finishSample()
    }

    /// What ended until now was alive in the last sample or came after it; the next one will not see it.
    private mutating func takeEnds() {
        guard let listener else { return }
        listener.watch(engine.plan.filter)
        let heard = listener.take()
        for end in heard.ends { engine.add(end) }
        statistics.eventsLost = heard.lost
        statistics.hearsEvents = heard.failure == nil
    }

    /// Notes what a server says of its connections, to be held against the samples before and after.
    mutating func note(active: Double?, ports: PortSet) {
        engine.note(active: active, ports: ports)
    }

    private mutating func note(_ kind: Engine.SampleKind, succeeded: Bool, seconds: Double) {
        statistics.lastDuration = seconds
        if succeeded { lastGood = WallClock.now }
        guard kind == .scheduled else { return }
        statistics.durations.observe(seconds)
        if succeeded {
            statistics.samples += 1
            statistics.lastGood = lastGood
        } else {
            statistics.failures += 1
        }
    }
}
