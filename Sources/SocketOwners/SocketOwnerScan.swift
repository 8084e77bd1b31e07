public import HostSystem

/// Finds the processes that hold sockets, by their inodes, as `ss -p` does, but without looking at every process.
///
/// Reading where a descriptor leads is what costs (4 µs each), so the scan looks first at processes that are known to
/// hold sockets of the same service and at their descendants, then at those in the cgroups of the sockets' creators,
/// and at the others only when a socket is still without an owner. Each group is read to its end, so that the workers
/// that share a listener are all found.
///
/// When it is said which sockets are listeners, the scan ends with the last owner: who holds a listener is read with
/// its family, which is the processes that it came from, as long as they hold one, and all that descend from these. Only
/// a worker that has outlived its parent can share a listener and be of no such family. It is missing then among the
/// listener's owners, unless it holds another of the sockets.
///
/// Processes in other network namespaces and kernel threads hold none of these sockets and are passed over.
public struct SocketOwnerScan: Sendable {
    /// The owners of each inode, in the order of their pids. Usually one; a listener can have many.
    public private(set) var owners: [UInt32: [SocketOwner]] = [:]
    /// Processes whose descriptors this user may not read (it takes CAP_SYS_PTRACE).
    public private(set) var unreadableProcesses = 0
    /// Processes whose descriptors were read.
    public private(set) var readProcesses = 0

    private let wanted: Set<UInt32>
    private let listeners: Set<UInt32>
    private var tree: ProcessTree?
    private var visited: Set<Int32> = []
    private let procfs: String

    /// Looks the owners of sockets up.
    ///
    /// - Parameters:
    ///   - inodes: the sockets'; 0 is ignored.
    ///   - listeners: which of them are listeners'; may be left empty.
    ///   - cgroups: the cgroup ids that came with the sockets. When they are known, processes in them are read early.
    ///   - hints: processes that held these sockets or their listeners earlier. They and their descendants are read
    ///     first. It does no harm when one has ended, or its id has gone to another process.
    ///   - namespace: the network namespace that the sockets are in; nil for the own one. A process that has moved to
    ///     another after it opened a socket is not found.
    ///   - hierarchy: where the cgroups are found.
    public static func owners(
        of inodes: some Sequence<UInt32>,
        listeners: Set<UInt32> = [],
        cgroups: Set<UInt64> = [],
        hints: some Sequence<Int32> = [],
        in namespace: NetworkNamespace.Identity? = nil,
        procfs: String = "/proc",
        hierarchy: CgroupHierarchy? = .mounted()
    ) -> SocketOwnerScan {
        var scan = SocketOwnerScan(wanted: Set(inodes).subtracting([0]), listeners: listeners, procfs: procfs)
        scan.run(cgroups, hints.sorted(), namespace?.inode ?? ProcFile.inode(of: "\(procfs)/self/ns/net"), hierarchy)
        // Groups are read one after the other, each in the order of the pids.
        for inode in scan.owners.keys { scan.owners[inode]?.sort { ($0.pid, $0.descriptor) < ($1.pid, $1.descriptor) } }
        return scan
    }

    private init(wanted: Set<UInt32>, listeners: Set<UInt32>, procfs: String) {
        self.wanted = wanted
        self.listeners = listeners.intersection(wanted)
        self.procfs = procfs
    }

    private mutating func run(
        _ cgroups: Set<UInt64>,
        _ hints: [Int32],
        _ namespace: UInt64?,
        _ hierarchy: CgroupHierarchy?
    ) {
        guard !wanted.isEmpty else { return }
        let processes = ProcFile.names(in: procfs).compactMap { Int32($0) }.sorted()
        if !hints.isEmpty || !listeners.isEmpty { tree = ProcessTree(of: processes, procfs: procfs) }
        if !hints.isEmpty {
            let hinted = Set(processes).intersection(hints).sorted()
            read(tree?.withDescendants(of: hinted) ?? hinted, in: namespace)
        }
        if !isComplete, !cgroups.isEmpty, let hierarchy {
            read(processes.filter { cgroups.contains(cgroup(of: $0, hierarchy) ?? 0) }, in: namespace)
        }
        if !isComplete { read(processes, in: namespace) }
    }

    private var isComplete: Bool { owners.count == wanted.count }

    /// The id of a process's cgroup: the inode of its directory in the unified hierarchy.
    private func cgroup(of pid: Int32, _ hierarchy: CgroupHierarchy) -> UInt64? {
        guard let text = ProcFile.text(of: "\(procfs)/\(pid)/cgroup"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
        else { return nil }
        return ProcFile.inode(of: hierarchy.path + String(line.dropFirst(3)))
    }

    private mutating func read(_ processes: [Int32], in namespace: UInt64?) {
        for pid in processes {
            if readOnce(pid, in: namespace) { readFamily(of: pid, in: namespace) }
            if isComplete, !listeners.isEmpty { return }
        }
    }

    /// Reads a process, if it was not read before. Returns whether it holds a listener.
    private mutating func readOnce(_ pid: Int32, in namespace: UInt64?) -> Bool {
        guard visited.insert(pid).inserted else { return false }
        let own = ProcFile.inode(of: "\(procfs)/\(pid)/ns/net")
        // A namespace that may not be read can be ours.
        guard own == nil || namespace == nil || own == namespace else { return false }
        return read(pid)
    }

    /// Reads the processes that a holder of a listener may share it with.
    private mutating func readFamily(of holder: Int32, in namespace: UInt64?) {
        guard let tree else { return }
        var eldest = holder
        while let parent = tree.parent(of: eldest), readOnce(parent, in: namespace) { eldest = parent }
        for pid in tree.withDescendants(of: [eldest]) { _ = readOnce(pid, in: namespace) }
    }

    /// Returns whether the process holds a listener.
    private mutating func read(_ pid: Int32) -> Bool {
        var holdsListener = false
        var command: String?
        let isReadable = DescriptorListing.forEachSocket(in: "\(procfs)/\(pid)/fd") { descriptor, inode in
            guard wanted.contains(inode) else { return }
            if listeners.contains(inode) { holdsListener = true }
            let name = command ?? self.command(of: pid)
            command = name
            owners[inode, default: []].append(SocketOwner(pid: pid, command: name, descriptor: descriptor))
        }
        if isReadable { readProcesses += 1 } else { unreadableProcesses += 1 }
        return holdsListener
    }

    private func command(of pid: Int32) -> String {
        let text = ProcFile.text(of: "\(procfs)/\(pid)/comm") ?? "?"
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
