internal import HostSystem
internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// The sockets and ports of one moment, from the kernel or from a capture.
struct SocketList {
    /// In the order in which they came.
    private var sockets: [ListedSocket] = []
    /// The same sockets with all that is known of them. Empty when only some of it is wanted.
    private var records: [SocketRecord] = []
    /// Their places: ports together, listeners first, and those in CLOSE_WAIT by age, the oldest first. Else in the order
    /// in which they came.
    private(set) var order: [UInt32] = []
    private(set) var ports: [PortSnapshot] = []
    private(set) var owners: SocketOwnerScan?
    /// The services of the sockets' cgroups. Nil when they were not looked up.
    private(set) var services: [UInt64: ServiceName]?

    private var engine: Engine
    private let states: TCPStateSet
    private let keepsRecords: Bool
    /// The inodes of all listeners, listed or not: who holds one holds most of the connections, too.
    private var listeners: Set<UInt32> = []
    /// How long a socket of a port must be in CLOSE_WAIT to be stuck, in seconds.
    private let stuckAfter: [UInt16: Double]
    private let usualStuckAfter: Double

    /// An empty list, which sockets are added to.
    ///
    /// - Parameters:
    ///   - listening: the ports that somebody listens on: those that are judged when none are configured.
    ///   - states: which sockets are listed. Ports are judged by all.
    ///   - keepsRecords: whether all that the kernel says of a socket is kept.
    init(
        configuration: AgentConfiguration,
        listening: @autoclosure () throws(SockDiagError) -> Set<UInt16>,
        states: TCPStateSet? = nil,
        keepsRecords: Bool
    ) throws(SockDiagError) {
        let plan: WatchPlan
        switch configuration.watchSource {
        case .configured(let configured):
            plan = configured
        case .everyListener(let thresholds, _):
            plan = WatchPlan(ports: try listening().map { WatchedPort(port: $0, thresholds: thresholds) })
        }
        engine = Engine(plan: plan)
        // One look has no history to write.
        engine.beginSample(.onDemand, at: .now)
        self.states = states ?? TCPStateSet(rawValue: .max)
        self.keepsRecords = keepsRecords
        stuckAfter = Dictionary(
            plan.ports.map { ($0.port, $0.thresholds.closeWaitStuckAfter) },
            uniquingKeysWith: { first, _ in first }
        )
        usualStuckAfter = configuration.defaults.thresholds.closeWaitStuckAfter
        // An array that grows is copied each time. Room that is not used takes no memory.
        sockets.reserveCapacity(Self.usualMost)
    }

    private static let usualMost = 1 << 20

    /// Adds a socket, each once.
    mutating func add(_ record: borrowing SocketRecord) {
        engine.add(record)
        if record.state == .listen { listeners.insert(record.inode) }
        guard states.contains(record.state) else { return }
        sockets.append(ListedSocket(record))
        if keepsRecords { records.append(copy record) }
    }

    /// Orders the sockets and judges the ports, when all are there.
    mutating func finish() {
        ports = engine.finishSample().ports
        order = RankedOrder.places(of: sockets.lazy.map { $0.rank })
    }

    subscript(place: UInt32) -> ListedSocket { sockets[Int(place)] }

    /// Nil when records are not kept.
    func record(_ place: UInt32) -> SocketRecord? {
        records.indices.contains(Int(place)) ? records[Int(place)] : nil
    }

    /// Looks up which processes hold the listed sockets.
    ///
    /// - Parameter namespace: the network namespace that the sockets are in; nil for the own one.
    mutating func findOwners(in namespace: NetworkNamespace.Identity? = nil) {
        owners = SocketOwnerScan.owners(
            of: sockets.map { $0.inode } + listeners,
            listeners: listeners,
            cgroups: cgroups,
            in: namespace
        )
    }

    /// Looks up which services the listed sockets belong to.
    mutating func findServices() {
        var directory = ServiceDirectory()
        services = directory.services(ofCgroups: cgroups, at: MonotonicClock.nanoseconds)
    }

    /// The ids of the sockets' cgroups, of which there are few.
    private var cgroups: Set<UInt64> {
        var cgroups: Set<UInt64> = []
        var last: UInt64?
        for socket in sockets where socket.cgroupID != last {
            last = socket.cgroupID
            if let last { cgroups.insert(last) }
        }
        return cgroups
    }

    /// Nil when the kernel does not say the socket's cgroup, or services were not looked up.
    func service(of socket: ListedSocket) -> ServiceName? {
        guard let services, let cgroup = socket.cgroupID else { return nil }
        return services[cgroup] ?? .unknown
    }

    /// What is wrong with a socket; nil when nothing is.
    func complaint(of socket: ListedSocket) -> CloseWaitSnapshot.Cause? {
        guard socket.state == .closeWait else { return nil }
        return socket.complaint(
            stuckAfter: stuckAfter[socket.local.port] ?? stuckAfter[socket.remote.port] ?? usualStuckAfter
        )
    }
}
