public import HostSystem

/// Finds the processes that hold sockets, by their inodes, as `ss -p` does, but without looking at every process.
///
/// Reading where descriptors lead is what costs (3 µs each), so the scan looks first at processes that are known to
/// hold sockets of the same service and at their descendants, then at those in the cgroups of the sockets' creators,
/// and at the others only when a socket is still without an owner. Of each group it looks at a few descriptors of every
/// process, and reads those on that have one of the sockets among them; the rest comes after them. Each group is read to
/// its end, so that the workers that share a listener are all found.
///
/// When it is said which sockets are listeners, the scan ends with the last owner: who holds a listener is read with
/// its family, which is the processes that it came from, as long as they hold one, and all that descend from these. Only
/// a worker that has outlived its parent can share a listener and be of no such family. It is missing then among the
/// listener's owners, unless it holds another of the sockets.
///
/// Processes in other network namespaces and kernel threads hold none of these sockets and are passed over.
public struct SocketOwnerScan: Sendable {
    /// Processes whose descriptors this user may not read (it takes CAP_SYS_PTRACE).
    public private(set) var unreadableProcesses = 0
    /// Processes whose descriptors were read, all or some.
    public private(set) var readProcesses = 0

    private var holders: HolderTable
    private var tree: ProcessTree?
    private var processes: [Int32] = []
    private var visited: Set<Int32> = []
    /// Those of which a part has been read.
    private var begun: [Int32: ProcessLook] = [:]
    private let procfs: String
    private let namespace: UInt64?

    /// A server's listener and its connections have low numbers, or are many. So descriptors below this tell whether a
    /// process is worth to be read on.
    private static let firstLook: Int32 = 64

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
        of inodes: [UInt32],
        listeners: Set<UInt32> = [],
        cgroups: Set<UInt64> = [],
        hints: some Sequence<Int32> = [],
        in namespace: NetworkNamespace.Identity? = nil,
        procfs: String = "/proc",
        hierarchy: CgroupHierarchy? = .mounted()
    ) -> SocketOwnerScan {
        var scan = SocketOwnerScan(
            holders: HolderTable(inodes: inodes, listeners: listeners),
            procfs: procfs,
            namespace: namespace?.inode ?? ProcFile.inode(of: "\(procfs)/self/ns/net")
        )
        scan.run(cgroups, hints.sorted(), hierarchy)
        return scan
    }

    private init(holders: HolderTable, procfs: String, namespace: UInt64?) {
        self.holders = holders
        self.procfs = procfs
        self.namespace = namespace
    }

    /// Calls `body` for each descriptor of a socket, in the order of pids and descriptors. Usually it is one; a listener
    /// can have many.
    public func forEachOwner(of inode: UInt32, _ body: (SocketOwner) -> Void) {
        holders.forEach(of: inode, body)
    }

    public func owners(of inode: UInt32) -> [SocketOwner] {
        var owners: [SocketOwner] = []
        holders.forEach(of: inode) { owners.append($0) }
        return owners
    }

    /// The owners of every socket that has any.
    public var owners: [UInt32: [SocketOwner]] {
        holders.held.reduce(into: [:]) { $0[$1] = owners(of: $1) }
    }

    private mutating func run(_ cgroups: Set<UInt64>, _ hints: [Int32], _ hierarchy: CgroupHierarchy?) {
        guard !isComplete else { return }
        processes = ProcFile.names(in: procfs).compactMap { Int32($0) }.sorted()
        if !hints.isEmpty {
            let hinted = Set(processes).intersection(hints).sorted()
            read(family().withDescendants(of: hinted))
        }
        if !isComplete, !cgroups.isEmpty, let hierarchy {
            read(processes.filter { cgroups.contains(cgroup(of: $0, hierarchy) ?? 0) })
        }
        if !isComplete { read(processes) }
    }

    private var isComplete: Bool { holders.isComplete }

    private mutating func family() -> ProcessTree {
        if let tree { return tree }
        let made = ProcessTree(of: processes, procfs: procfs)
        tree = made
        return made
    }

    /// The id of a process's cgroup: the inode of its directory in the unified hierarchy.
    private func cgroup(of pid: Int32, _ hierarchy: CgroupHierarchy) -> UInt64? {
        guard let text = ProcFile.text(of: "\(procfs)/\(pid)/cgroup"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
        else { return nil }
        return ProcFile.inode(of: hierarchy.path + String(line.dropFirst(3)))
    }

    /// Reads a group of processes, those first that seem to hold what is looked for.
    private mutating func read(_ group: [Int32]) {
        for pid in group {
            if isEnough { return }
            guard var look = look(at: pid) else { continue }
            read(&look, below: Self.firstLook)
            if look.holdsSome { finish(look) } else if !look.isFinished { begun[pid] = look }
        }
        for pid in group {
            if isEnough { return }
            if let look = begun.removeValue(forKey: pid) { finish(look) }
        }
    }

    /// Whether nobody is to be found any more.
    private var isEnough: Bool { isComplete && holders.hasListeners }

    /// A look at a process that has not been read to its end. Nil for one that has, or is in another namespace.
    private mutating func look(at pid: Int32) -> ProcessLook? {
        if let look = begun.removeValue(forKey: pid) { return look }
        guard visited.insert(pid).inserted else { return nil }
        let own = ProcFile.inode(of: "\(procfs)/\(pid)/ns/net")
        // A namespace that may not be read can be ours.
        guard own == nil || namespace == nil || own == namespace else { return nil }
        return ProcessLook(pid: pid, procfs: procfs)
    }

    /// Reads the rest of a process, and with one that holds a listener those that it may share it with.
    private mutating func finish(_ look: ProcessLook) {
        var look = look
        if !look.isFinished { read(&look) }
        guard look.holdsListener else { return }
        let tree = family()
        var eldest = look.pid
        while let parent = tree.parent(of: eldest), readWhole(parent) { eldest = parent }
        for pid in tree.withDescendants(of: [eldest]) { _ = readWhole(pid) }
    }

    /// Returns whether the process holds a listener. False for one that was read before.
    private mutating func readWhole(_ pid: Int32) -> Bool {
        guard var look = look(at: pid) else { return false }
        if !look.isFinished { read(&look) }
        return look.holdsListener
    }

    private mutating func read(_ look: inout ProcessLook, below bound: Int32 = .max) {
        let isFirst = !look.hasBegun
        let isReadable = look.read(into: &holders, below: bound)
        guard isFirst else { return }
        if isReadable { readProcesses += 1 } else { unreadableProcesses += 1 }
    }
}
