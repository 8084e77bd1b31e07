internal import Companion
internal import HostSystem
internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// Everything that is shown at one moment, from whichever face it is looked at.
struct Observation: Sendable {
    let sample: Sample
    let companions: CompanionPoller.Round
    /// The watches that have a companion: the label of each, and its ports.
    let companionPorts: [String: PortSet]
    let agent: AgentStatus
    /// By cgroup id.
    var serviceNames: [UInt64: ServiceName] = [:]

    /// Whether another one shows the same, but for what the agent says of itself. A sampler takes one sample at a time,
    /// so the instant tells samples apart.
    func agrees(with other: Observation) -> Bool {
        sample.attemptedAt == other.sample.attemptedAt && companions == other.companions
            && companionPorts == other.companionPorts && serviceNames == other.serviceNames
    }

    /// The services that have connections on a port, the one with the most in CLOSE_WAIT first.
    func services(of port: PortSnapshot) -> [ServiceCount] {
        ServiceCount.services(of: port.cgroups, named: serviceNames)
    }

    /// The companion's last outcome for a port, where the port has one, and is in the namespace of the server.
    func companion(of port: PortSnapshot) -> CompanionOutcome? {
        let number = port.watched.port
        guard port.namespace == nil || port.namespace == sample.namespaces.homes[number] else { return nil }
        return companionPorts.first { $0.value.contains(number) }.flatMap { companions.outcomes[$0.key] }
    }

    /// The name of the namespace that a companion's server is in. Nil when it is not known, or there is only one.
    func namespace(ofCompanion label: String) -> String? {
        companionPorts[label].flatMap { sample.namespaces.homes.home(of: $0) }
    }
}

/// What the agent says about itself, beside its samples.
struct AgentStatus: Sendable {
    var lastReloadSucceeded = true
    var lastReloadSuccess: WallClock
    /// Answers by status code. The usual codes are there from the start, so that the first of each is an increase.
    var answers: [Int: UInt64] = [200: 0, 404: 0, 500: 0, 503: 0]
    /// Whether companions are read at all.
    var readsCompanions: Bool
}
