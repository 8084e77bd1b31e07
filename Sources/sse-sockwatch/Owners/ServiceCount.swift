internal import SockWatch
internal import SocketOwners

/// A service, and the open connections that it has on a port.
struct ServiceCount: Hashable, Sendable {
    let service: String
    let counts: ConnectionCounts

    /// The most services of a port that are named.
    static let limit = 32
    /// What stands for all others.
    static let other = "other"

    /// The services of a port, the one with the most connections in CLOSE_WAIT first. Empty when the kernel does not
    /// tell, and when it is not asked.
    ///
    /// A service can have several cgroups: the containers of a pod, or one that has been started anew.
    ///
    /// - Parameter names: by cgroup id.
    static func services(of port: CgroupCounts, named names: [UInt64: ServiceName]) -> [ServiceCount] {
        var counts: [String: ConnectionCounts] = [:]
        let unknown = ServiceName.unknown.description
        for cgroup in port.cgroups {
            counts[names[cgroup.id]?.description ?? unknown, default: .init()] += cgroup.counts
        }
        if port.unidentified != .init() { counts[unknown, default: .init()] += port.unidentified }
        let services = counts.map(ServiceCount.init).sorted { $0.isBefore($1) }
        var rest = port.beyondLimit
        for service in services.dropFirst(limit) { rest += service.counts }
        let hasRest = services.count > limit || rest != .init()
        return services.prefix(limit) + (hasRest ? [ServiceCount(service: other, counts: rest)] : [])
    }

    private func isBefore(_ next: ServiceCount) -> Bool {
        (-counts.closeWait, -counts.established, service)
            < (-next.counts.closeWait, -next.counts.established, next.service)
    }
}
