internal import SockDiag
internal import SockWatch

/// Where the agent learns which ports to watch.
enum WatchSource: Hashable, Sendable {
    case configured(WatchPlan)
    /// Every port that somebody listens on, with these bounds.
    case everyListener(ConditionThresholds, heartbeat: Double? = nil)

    /// The plan for the next sample.
    ///
    /// A port whose listener is gone stays while it still has connections: those are the ones that leak.
    ///
    /// - Parameters:
    ///   - previous: the ports of the last sample.
    ///   - listening: finds the ports that are listened on; asked only when it matters.
    func plan(previous: [PortSnapshot], listening: () throws(SockDiagError) -> Set<UInt16>) throws(SockDiagError)
        -> WatchPlan
    {
        switch self {
        case .configured(let plan):
            return plan
        case .everyListener(let thresholds, let heartbeat):
            // What is left in TIME_WAIT belongs to nobody, and goes by itself within a minute.
            let kept = previous.lazy.filter { $0.tally.connections > $0.tally[.timeWait] }.map(\.watched.port)
            let ports = try listening().union(kept).sorted().prefix(AgentConfiguration.watchedPortLimit)
            return WatchPlan(
                ports: ports.map { WatchedPort(port: $0, thresholds: thresholds, heartbeatInterval: heartbeat) }
            )
        }
    }
}
