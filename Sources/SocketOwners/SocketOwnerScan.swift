internal import HostSystem

/// Finds the processes that hold sockets, by their inodes, as `ss -p` does, but without looking at every process.
///
/// Reading where a descriptor leads is what costs (4 µs each), so the scan looks first at the processes in the cgroups
/// of the sockets' creators, and at the others only when a socket is still without an owner. Processes in other network
/// namespaces and kernel threads hold none of these sockets and are passed over.
public struct SocketOwnerScan: Sendable {
    /// The owners of each inode, in the order of their pids. Usually one; a listener can have many.
    public private(set) var owners: [UInt32: [SocketOwner]] = [:]
    /// Processes whose descriptors this user may not read (it takes CAP_SYS_PTRACE).
    public private(set) var unreadableProcesses = 0
    /// Processes whose descriptors were read.
    public private(set) var readProcesses = 0

    private var wanted: Set<UInt32>
    private let procfs: String
    private let cgroupfs: String

    /// Looks the owners of sockets up.
    ///
    /// - Parameters:
    ///   - inodes: the sockets'; 0 is ignored.
    ///   - cgroups: the cgroup ids that came with the sockets. When they are known, processes in them are read first.
    public static func owners(
        of inodes: some Sequence<UInt32>,
        cgroups: Set<UInt64> = [],
        procfs: String = "/proc",
        cgroupfs: String = "/sys/fs/cgroup"
    ) -> SocketOwnerScan {
        var scan = SocketOwnerScan(wanted: Set(inodes).subtracting([0]), procfs: procfs, cgroupfs: cgroupfs)
        scan.run(cgroups)
        return scan
    }

    private init(wanted: Set<UInt32>, procfs: String, cgroupfs: String) {
        self.wanted = wanted
        self.procfs = procfs
        self.cgroupfs = cgroupfs
    }

    private mutating func run(_ cgroups: Set<UInt64>) {
        guard !wanted.isEmpty else { return }
        let namespace = ProcFile.inode(of: "\(procfs)/self/ns/net")
        let candidates = ProcFile.names(in: procfs).compactMap { Int32($0) }.sorted().filter { pid in
            let own = ProcFile.inode(of: "\(procfs)/\(pid)/ns/net")
            // A namespace that may not be read can be ours.
            return own == nil || namespace == nil || own == namespace
        }
        let likely = cgroups.isEmpty ? [] : Set(candidates.filter { cgroups.contains(cgroup(of: $0) ?? 0) })
        for pid in candidates where likely.contains(pid) { read(pid) }
        guard owners.count < wanted.count else { return }
        for pid in candidates where !likely.contains(pid) { read(pid) }
    }

    /// The id of a process's cgroup: the inode of its directory in the unified hierarchy.
    private func cgroup(of pid: Int32) -> UInt64? {
        guard let text = ProcFile.text(of: "\(procfs)/\(pid)/cgroup"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
        else { return nil }
        return ProcFile.inode(of: cgroupfs + String(line.dropFirst(3)))
    }

    private mutating func read(_ pid: Int32) {
        var command: String?
        let isReadable = DescriptorListing.forEachSocket(in: "\(procfs)/\(pid)/fd") { descriptor, inode in
            guard wanted.contains(inode) else { return }
            let name = command ?? self.command(of: pid)
            command = name
            owners[inode, default: []].append(SocketOwner(pid: pid, command: name, descriptor: descriptor))
        }
        if isReadable { readProcesses += 1 } else { unreadableProcesses += 1 }
    }

    private func command(of pid: Int32) -> String {
        let text = ProcFile.text(of: "\(procfs)/\(pid)/comm") ?? "?"
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
