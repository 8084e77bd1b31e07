internal import SockDiag

/// Counts a port's open connections by cgroup while a sample runs.
struct CgroupTally: Sendable {
    private var table = CookieTable<ConnectionCounts>(limit: CgroupCounts.limit)
    private var unidentified = ConnectionCounts()
    private var beyondLimit = ConnectionCounts()

    /// Begins anew. The table keeps its room, so that counting allocates only when there are more cgroups than ever.
    mutating func beginSample() {
        table.removeAll()
        unidentified = .init()
        beyondLimit = .init()
    }

    /// A listener counts for nothing, but makes its cgroup known: a service is there before its first connection.
    mutating func add(_ state: TCPState, cgroup id: UInt64?) {
        let added: ConnectionCounts
        switch state {
        case .established: added = ConnectionCounts(established: 1)
        case .closeWait: added = ConnectionCounts(closeWait: 1)
        case .listen: added = ConnectionCounts()
        default: return
        }
        guard let id, id != 0 else {
            unidentified += added
            return
        }
        if let index = table.index(of: id) {
            table[index] += added
        } else if !table.insert(id, added) {
            beyondLimit += added
        }
    }

    var counts: CgroupCounts {
        guard table.count > 0 else { return .none }
        var cgroups: [CgroupCounts.Cgroup] = []
        cgroups.reserveCapacity(table.count)
        table.forEach { cgroups.append(CgroupCounts.Cgroup(id: $0, counts: $1)) }
        cgroups.sort { $0.id < $1.id }
        return CgroupCounts(cgroups: cgroups, unidentified: unidentified, beyondLimit: beyondLimit)
    }
}
