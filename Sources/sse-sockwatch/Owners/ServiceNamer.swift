internal import Dispatch
internal import HostSystem
internal import SockWatch
internal import SocketOwners
internal import Synchronization

/// Names the cgroups of a sample when somebody looks at it. One for the whole agent, so that the cgroups are walked
/// once for everybody, and never by whoever samples.
final class ServiceNamer: Sendable {
    private let directory: Mutex<ServiceDirectory>
    private let names = Mutex<[UInt64: ServiceName]>([:])
    /// Walking blocks, so it has a place of its own. Only there the directory is used.
    private let queue = DispatchQueue(label: "services")

    init(directory: ServiceDirectory = ServiceDirectory()) {
        self.directory = Mutex(directory)
    }

    /// The services by cgroup id. Those that are not found, or not in time, are missing: they are unknown.
    ///
    /// - Parameter patience: how long to wait for a walk that a cgroup not seen before makes necessary.
    func names(of ids: Set<UInt64>, within patience: Duration) async -> [UInt64: ServiceName] {
        let known = names.withLock { $0 }
        if ids.allSatisfy({ known[$0] != nil }) { return known }
        let (done, finish) = AsyncStream.makeStream(of: Never.self)
        queue.async {
            self.lookUp(ids)
            finish.finish()
        }
        await withTaskGroup { group in
            group.addTask { for await _ in done {} }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
        return names.withLock { $0 }
    }

    private func lookUp(_ ids: Set<UInt64>) {
        let found = directory.withLock { $0.services(ofCgroups: ids, at: MonotonicClock.nanoseconds) }
        names.withLock { $0 = found }
    }
}

extension Snapshot {
    /// The cgroups that its connections' sockets were made in.
    var cgroups: Set<UInt64> {
        var ids: Set<UInt64> = []
        // By place: to iterate would copy each port with all that it holds.
        for place in ports.indices {
            for cgroup in ports[place].cgroups.cgroups { ids.insert(cgroup.id) }
        }
        return ids
    }
}
