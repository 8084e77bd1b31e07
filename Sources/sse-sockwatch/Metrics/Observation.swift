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

    /// The services that have connections on a port, the one with the most in CLOSE_WAIT first.
    func services(of port: PortSnapshot) -> [ServiceCount] {
        ServiceCount.services(of: port.cgroups, named: serviceNames)
    }

    /// The companion's last outcome for a port, where the port has one.
    func companion(of port: UInt16) -> CompanionOutcome? {
        companionPorts.first { $0.value.contains(port) }.flatMap { companions.outcomes[$0.key] }
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
