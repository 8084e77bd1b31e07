internal import HostSystem
internal import Logging
internal import SockDiag
internal import SockWatch

/// Takes samples of all network namespaces that are watched, each with a sampler of its own, and makes one of them.
/// Blocks; belongs to one thread.
///
/// Namespaces come and go. One that is held open here does not die, so it counts as gone when it has lost its name and
/// its processes; then everything that holds it is closed.
struct WatchedNamespaces: ~Copyable {
    private var environment: NamespaceWatch.Environment
    private var search: NamespaceSearch
    private var watches: [NamespaceWatch] = []
    private var statistics = SamplingStatistics()
    /// What was counted in namespaces that are gone.
    private var retriesOfGone: UInt64 = 0
    private var eventsLostOfGone: UInt64 = 0
    private var homes = ServerHomes()
    /// Those that may not be entered. It does not change while the agent runs, so they are tried once.
    private var denied: [NetworkNamespace.Identity: NetworkNamespaceError] = [:]
    /// Why some cannot be watched.
    private var unwatched: [NetworkNamespaceError] = []
    private var lastGood: WallClock?

    init(_ selection: NamespaceSelection, _ environment: NamespaceWatch.Environment) {
        self.environment = environment
        search = NamespaceSearch(selection)
        statistics.hearsEvents = environment.evidence.hasEvents ? environment.listener != nil : nil
    }

    /// Looks for the namespaces for the first time.
    ///
    /// - Throws: when one that was named may not be entered: that will not change by itself.
    mutating func begin() throws(NetworkNamespaceError) {
        follow()
        if !search.selection.isAll, let error = unwatched.first(where: { $0.code == .denied }) { throw error }
    }

    /// Goes over to other namespaces. Those that stay keep their history.
    mutating func adopt(_ selection: NamespaceSelection) {
        guard selection != search.selection else { return }
        search = NamespaceSearch(selection)
        denied = [:]
        unwatched = []
        if !isNamed { homes = ServerHomes() }
    }

    /// How far single connections are looked at, from the next scheduled sample on.
    mutating func adopt(_ evidence: EvidenceSettings) {
        environment.evidence = evidence
        for watch in watches { watch.adopt(evidence) }
    }

    mutating func setInterval(_ seconds: Double) {
        statistics.interval = seconds
        for watch in watches { watch.setInterval(seconds) }
    }

    /// Notes what a server says of its connections on all these ports, to be held against the samples before and after of
    /// the namespace that the server is in.
    func note(_ answer: CompanionAnswer, ports: PortSet) {
        let home = homes.home(of: ports)
        for watch in watches {
            let isHome = !isNamed || watch.found.name == home
            watch.note(isHome ? answer : CompanionAnswer(active: nil, asked: answer.asked), ports: ports)
        }
    }

    mutating func sample(_ kind: Engine.SampleKind, _ source: WatchSource) -> Sample {
        let start = MonotonicInstant.now
        // Only the schedule changes what is watched: a scrape must not make a namespace, and its counters, go.
        if kind == .scheduled || watches.isEmpty { follow() }
        let failures = sampleEach(kind, source)
        let isGood = failures.isEmpty && !watches.isEmpty
        if failures.count < watches.count { lastGood = WallClock.now }
        note(kind, succeeded: isGood, seconds: MonotonicInstant.now.seconds(since: start))
        let snapshot = isNamed ? joined() : watches.first?.last?.snapshot ?? Sample.none.snapshot
        return Sample(
            snapshot: snapshot,
            statistics: statistics,
            failure: isGood ? nil : words(for: failures),
            sampledAt: lastGood,
            attemptedAt: start,
            namespaces: NamespaceStatus(counts: counts(failed: failures.count), homes: homes),
            shortcoming: watches.lazy.compactMap(\.last?.shortcoming).first
        )
    }

    /// Looks at the listeners of all that was sampled last.
    func lookAtListeners() {
        for watch in watches { watch.lookAtListeners() }
    }

    private typealias Failure = (name: String, reason: String)

    private func sampleEach(_ kind: Engine.SampleKind, _ source: WatchSource) -> [Failure] {
        var failures: [Failure] = []
        var others = KernelSampler.Others(haveUnseenPorts: false)
        for watch in watches { others.add(watch.last) }
        for watch in watches {
            others.remove(watch.last)
            let sample = watch.sample(kind, source, beside: isNamed ? others : nil)
            others.add(sample)
            others.haveUnseenPorts = true
            if let failure = sample.failure { failures.append((watch.found.name, failure)) }
        }
        return failures
    }

    /// Whether people have to be told which namespace a port is in.
    private var isNamed: Bool { !search.selection.isOwnOnly }

    private mutating func note(_ kind: Engine.SampleKind, succeeded: Bool, seconds: Double) {
        statistics.note(kind, succeeded: succeeded, seconds: seconds)
        let all = watches.lazy.compactMap(\.last?.statistics)
        statistics.retries = retriesOfGone + all.reduce(0) { $0 + $1.retries }
        statistics.eventsLost = eventsLostOfGone + all.reduce(0) { $0 + $1.eventsLost }
        if environment.listener != nil { statistics.hearsEvents = all.allSatisfy { $0.hearsEvents != false } }
        if kind == .scheduled { statistics.lastGood = lastGood }
    }

    private func counts(failed: Int) -> [NamespaceStatus.Outcome: Int] {
        let denied = unwatched.count { $0.code == .denied }
        return [
            .sampled: watches.count - failed, .failed: failed, .denied: denied, .missing: unwatched.count - denied,
        ]
    }

    /// The first failure, and how many more there are.
    private func words(for failures: [Failure]) -> String {
        guard let first = failures.first else {
            return unwatched.first?.description ?? "there is no network namespace to be watched"
        }
        guard isNamed else { return first.reason }
        let more = failures.count > 1 ? " (and \(failures.count - 1) more network namespaces)" : ""
        return "network namespace \(first.name): \(first.reason)\(more)"
    }
}

extension KernelSampler.Others {
    fileprivate mutating func add(_ sample: Sample?) {
        ports += sample?.snapshot.ports.count ?? 0
        trackedSockets += sample?.snapshot.trackedSockets ?? 0
    }

    fileprivate mutating func remove(_ sample: Sample?) {
        ports -= sample?.snapshot.ports.count ?? 0
        trackedSockets -= sample?.snapshot.trackedSockets ?? 0
    }
}

// MARK: Following

extension WatchedNamespaces {
    /// Opens the namespaces that have come and closes those that have gone.
    private mutating func follow() {
        var found = [NamespaceSearch.Found.own]
        var failures: [NetworkNamespaceError] = []
        if isNamed {
            var known: [NetworkNamespace.Identity: String] = [:]
            for watch in watches { if let identity = watch.found.identity { known[identity] = watch.found.name } }
            (found, failures) = search.find(known: known)
        } else if watches.count == 1, watches.first?.found.isOwn == true {
            return
        }
        var former = Dictionary(watches.map { ($0.found.identity, $0) }, uniquingKeysWith: { first, _ in first })
        let formerlyDenied = denied
        denied = [:]
        watches = []
        for namespace in found {
            if let watch = former.removeValue(forKey: namespace.identity) {
                watch.adopt(namespace)
                watches.append(watch)
            } else if let identity = namespace.identity, let error = formerlyDenied[identity] {
                denied[identity] = error
                failures.append(error)
            } else {
                open(namespace, &failures)
            }
        }
        for watch in former.values { note(gone: watch) }
        report(failures)
        unwatched = failures
    }

    private mutating func open(_ namespace: NamespaceSearch.Found, _ failures: inout [NetworkNamespaceError]) {
        do throws(NetworkNamespaceError) {
            guard watches.count < DescriptorBudget(limit: DescriptorLimit.current).namespaces else {
                throw NetworkNamespaceError(noDescriptorsFor: namespace.place)
            }
            let watch = try NamespaceWatch(namespace, environment)
            watch.setInterval(statistics.interval)
            watches.append(watch)
            guard isNamed else { return }
            environment.logger.info("watching a network namespace", metadata: ["name": "\(namespace.name)"])
        } catch {
            if error.code == .denied, let identity = namespace.identity { denied[identity] = error }
            failures.append(error)
        }
    }

    private mutating func note(gone watch: NamespaceWatch) {
        retriesOfGone += watch.last?.statistics.retries ?? 0
        eventsLostOfGone += watch.last?.statistics.eventsLost ?? 0
        environment.logger.info("a network namespace is no longer watched", metadata: ["name": "\(watch.found.name)"])
    }

    /// Says once what cannot be watched.
    private func report(_ failures: [NetworkNamespaceError]) {
        for error in failures where !unwatched.contains(error) {
            environment.logger.warning("cannot watch a network namespace", metadata: ["reason": "\(error)"])
        }
    }
}

// MARK: Joining

extension WatchedNamespaces {
    /// One snapshot of all. A port that is configured and has not been seen in a namespace is not missing there, unless
    /// it has been seen nowhere: then it is missing in the first.
    private mutating func joined() -> Snapshot {
        let snapshots = watches.compactMap { watch in watch.last.map { (watch.found, $0.snapshot) } }
        let seen = Set(snapshots.lazy.flatMap { $1.ports }.filter(\.hasBeenSeen).map(\.watched.port))
        var ports: [PortSnapshot] = []
        for (place, (namespace, snapshot)) in snapshots.enumerated() {
            for port in snapshot.ports where port.hasBeenSeen || place == 0 && !seen.contains(port.watched.port) {
                var port = port
                port.namespace = namespace.name
                ports.append(port)
            }
        }
        homes.update(ports, namespaces: watches.map(\.found.name), own: watches.first { $0.found.isOwn }?.found.name)
        return Snapshot(
            sampledAt: snapshots.compactMap { $1.sampledAt }.max(),
            ports: ports,
            drifts: snapshots.flatMap { namespace, snapshot in
                snapshot.drifts.map { drift in
                    var drift = drift
                    drift.namespace = namespace.name
                    return drift
                }
            },
            trackedSockets: snapshots.reduce(0) { $0 + $1.1.trackedSockets },
            trackedSocketsLimit: snapshots.first?.1.trackedSocketsLimit ?? environment.evidence.trackedSocketsLimit,
            untrackedSockets: snapshots.reduce(0) { $0 + $1.1.untrackedSockets }
        )
    }
}
