internal import HostSystem
internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// The sockets and ports of one moment, from the kernel or from a capture.
struct SocketList {
    /// Ports together, listeners first, and those in CLOSE_WAIT by age, the oldest first. Else in the kernel's order.
    private(set) var sockets: [SocketRecord] = []
    private(set) var ports: [PortSnapshot] = []
    private(set) var owners: SocketOwnerScan?
    /// The services of the sockets' cgroups. Nil when they were not looked up.
    private(set) var services: [UInt64: ServiceName]?
    /// The inodes of all listeners, listed or not: who holds one holds most of the connections, too.
    private let listeners: Set<UInt32>
    /// How long a socket of a port must be in CLOSE_WAIT to be stuck, in seconds.
    private let stuckAfter: [UInt16: Double]
    private let usualStuckAfter: Double

    /// - Parameter records: each socket once.
    init(_ records: [SocketRecord], configuration: AgentConfiguration) {
        let plan = Self.plan(configuration, records)
        var engine = Engine(plan: plan)
        engine.beginSample(.scheduled, at: .now)
        for record in records { engine.add(record) }
        ports = engine.finishSample().ports
        stuckAfter = Dictionary(
            plan.ports.map { ($0.port, $0.thresholds.closeWaitStuckAfter) },
            uniquingKeysWith: { first, _ in first }
        )
        usualStuckAfter = configuration.defaults.thresholds.closeWaitStuckAfter
        listeners = Set(records.lazy.filter { $0.state == .listen }.map(\.inode))
        sockets = records.sorted { Self.order($0) < Self.order($1) }
    }

    /// Without configured ports every socket is listed, and every port judged that somebody listens on.
    private static func plan(_ configuration: AgentConfiguration, _ records: [SocketRecord]) -> WatchPlan {
        switch configuration.watchSource {
        case .configured(let plan):
            return plan
        case .everyListener(let thresholds, _):
            let listening = Set(records.lazy.filter { $0.state == .listen }.map(\.local.port))
            return WatchPlan(ports: listening.map { WatchedPort(port: $0, thresholds: thresholds) })
        }
    }

    private static func order(_ record: SocketRecord) -> UInt64 {
        let state = record.state == .listen ? 0 : UInt64(record.state.rawValue)
        let youth = record.state == .closeWait ? UInt32.max - (record.tcpInfo?.lastAckReceived ?? 0) : 0
        return UInt64(record.local.port) << 40 | state << 32 | UInt64(youth)
    }

    mutating func keep(_ states: TCPStateSet) {
        sockets.removeAll { !states.contains($0.state) }
    }

    /// Looks up which processes hold the listed sockets.
    ///
    /// - Parameter namespace: the network namespace that the sockets are in; nil for the own one.
    mutating func findOwners(in namespace: NetworkNamespace.Identity? = nil) {
        owners = SocketOwnerScan.owners(
            of: sockets.map(\.inode) + listeners,
            listeners: listeners,
            cgroups: Set(sockets.lazy.compactMap(\.cgroupID)),
            in: namespace
        )
    }

    /// Looks up which services the listed sockets belong to.
    mutating func findServices() {
        var directory = ServiceDirectory()
        services = directory.services(
            ofCgroups: Set(sockets.lazy.compactMap(\.cgroupID)),
            at: MonotonicClock.nanoseconds
        )
    }

    /// Nil when the kernel does not say the socket's cgroup, or services were not looked up.
    func service(of record: SocketRecord) -> ServiceName? {
        guard let services, let cgroup = record.cgroupID else { return nil }
        return services[cgroup] ?? .unknown
    }

    func owners(of record: SocketRecord) -> [SocketOwner] { owners?.owners[record.inode] ?? [] }

    /// How long a socket must be in CLOSE_WAIT to be stuck, in seconds.
    func stuckAfter(_ record: SocketRecord) -> Double {
        stuckAfter[record.local.port] ?? stuckAfter[record.remote.port] ?? usualStuckAfter
    }
}

extension SocketRecord {
    /// Seconds since data last went either way. Nil without tcp_info, and for listeners.
    var idleSeconds: Double? {
        guard state != .listen, let tcpInfo else { return nil }
        return Double(min(tcpInfo.lastDataSent, tcpInfo.lastDataReceived)) / 1000
    }

    /// Seconds since the peer's FIN, at least. Nil for other states and without tcp_info.
    var closeWaitSeconds: Double? {
        guard state == .closeWait, let tcpInfo else { return nil }
        return Double(tcpInfo.lastAckReceived) / 1000
    }

    /// What is wrong with this one socket; nil when nothing is.
    func complaint(stuckAfter bound: Double) -> CloseWaitSnapshot.Cause? {
        guard let age = closeWaitSeconds, age > bound else { return nil }
        return inode == 0 ? .unaccepted : .unclosed
    }
}
