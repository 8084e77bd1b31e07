internal import HostSystem
internal import MetricsExport
internal import SockDiag
internal import SockWatch
internal import Synchronization

/// Brings together what every face of the agent shows.
final class Observatory: Sendable {
    private struct State {
        var agent: AgentStatus
        var companionPorts: [String: PortSet]
    }

    private let sampler: Sampler
    private let poller: CompanionPoller?
    private let namer: ServiceNamer
    /// Nil when owners are not looked for.
    private let portOwners: PortOwners?
    private let state: Mutex<State>

    /// A sample that is younger need not be taken again, in seconds.
    private static let freshness = 1.0
    /// How long to wait for the names of services that have not been seen before.
    private static let namingPatience = Duration.milliseconds(500)

    init(
        sampler: Sampler,
        poller: CompanionPoller?,
        namer: ServiceNamer = ServiceNamer(),
        portOwners: PortOwners? = PortOwners(),
        configuration: AgentConfiguration
    ) {
        self.sampler = sampler
        self.poller = poller
        self.namer = namer
        self.portOwners = portOwners
        state = Mutex(
            State(
                agent: AgentStatus(lastReloadSuccess: WallClock.now, readsCompanions: poller != nil),
                companionPorts: configuration.companionPorts
            )
        )
    }

    /// What there is to see now. When the sampler does not deliver in time, what there was to see last.
    func observe(within patience: Duration) async -> Observation {
        let sample = await sampler.sample(noOlderThan: Self.freshness, within: patience)
        let names = await namer.names(of: sample.snapshot.cgroups, within: Self.namingPatience)
        return state.withLock { state in
            Observation(
                sample: sample,
                companions: poller?.latest ?? CompanionPoller.Round(),
                companionPorts: state.companionPorts,
                agent: state.agent,
                serviceNames: names
            )
        }
    }

    /// Whether processes are looked for when somebody asks.
    var tellsOwners: Bool { portOwners != nil }

    /// Which processes hold the connections of a port. Nil when the port is not watched in the agent's own network
    /// namespace, or owners are not looked for.
    func owners(ofPort number: UInt16, states: TCPStateSet) async -> Result<OwnersDocument, SockDiagError>? {
        let watched = sampler.latest.snapshot.ports.first { $0.watched.port == number && $0.isInOwnNamespace }
        guard let portOwners, let side = watched?.watched.side else { return nil }
        switch await portOwners.find(PortOwners.Question(port: number, side: side, states: states)) {
        case .success(let held):
            let names = await namer.names(of: held.cgroups, within: Self.namingPatience)
            return .success(OwnersDocument(held, port: number, names: names))
        case .failure(let error):
            return .failure(error)
        }
    }

    /// Whether a sample has been taken, so that there is something to serve.
    var isReady: Bool { sampler.latest.snapshot.sampledAt != nil }

    func count(answer code: Int) {
        state.withLock { $0.agent.answers[code, default: 0] += 1 }
    }

    /// Notes the outcome of a reload; nil for a failed one.
    func noteReload(of configuration: AgentConfiguration?) {
        state.withLock { state in
            state.agent.lastReloadSucceeded = configuration != nil
            guard let configuration else { return }
            state.agent.lastReloadSuccess = WallClock.now
            state.companionPorts = configuration.companionPorts
        }
    }
}

extension PortSnapshot {
    /// False also for the agent's own namespace where that is watched by a name.
    var isInOwnNamespace: Bool { namespace == nil || namespace == NetworkNamespace.own.description }
}

extension AgentConfiguration {
    /// The ports of each watch that has a companion, by the watch's label.
    fileprivate var companionPorts: [String: PortSet] {
        let watched = watches.filter { $0.companion != nil }
        return Dictionary(watched.map { ($0.portLabel, $0.ports) }) { first, _ in first }
    }
}
