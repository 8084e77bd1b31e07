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
    /// Where several network namespaces are watched, the configured ports are watched in those where one of them has been
    /// seen. The first sample of a namespace looks for all of them, later ones for new listeners only, which costs next
    /// to nothing.
    ///
    /// - Parameters:
    ///   - previous: the last sample's outcome, nil before the first.
    ///   - others: what is watched in other network namespaces. Nil where every configured port is to be.
    ///   - listening: finds the ports that are listened on; asked only when it matters.
    func plan(
        previous: Snapshot?,
        beside others: KernelSampler.Others? = nil,
        listening: () throws(SockDiagError) -> Set<UInt16>
    ) throws(SockDiagError) -> WatchPlan {
        switch self {
        case .configured(let plan):
            guard let others, others.haveUnseenPorts, let previous, previous.sampledAt != nil else { return plan }
            if previous.ports.contains(where: \.hasBeenSeen) { return plan }
            let listening = try listening()
            if plan.ports.contains(where: { $0.side == .server && listening.contains($0.port) }) { return plan }
            return WatchPlan(ports: plan.ports.filter { $0.side == .client })
        case .everyListener(let thresholds, let heartbeat):
            let room = max(0, AgentConfiguration.watchedPortLimit - (others?.ports ?? 0))
            // What is left in TIME_WAIT belongs to nobody, and goes by itself within a minute.
            let kept = (previous?.ports ?? []).lazy.filter { $0.tally.connections > $0.tally[.timeWait] }
                .map(\.watched.port)
            let ports = try listening().union(kept).sorted().prefix(room)
            return WatchPlan(
                ports: ports.map { WatchedPort(port: $0, thresholds: thresholds, heartbeatInterval: heartbeat) }
            )
        }
    }
}
