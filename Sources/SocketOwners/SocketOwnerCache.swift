public import HostSystem

/// Remembers who holds which socket, so that asking again costs one look at each owner (4 µs) in place of a scan.
///
/// A scan reads the descriptors of processes, so it is for those who ask, and never for the sampling.
public struct SocketOwnerCache: Sendable {
    /// Scans that were made.
    public private(set) var scans = 0
    /// Processes whose descriptors the last scan could not read (it takes CAP_SYS_PTRACE).
    public private(set) var unreadableProcesses = 0

    private struct Entry {
        var owners: [SocketOwner]
        /// When a scan may be made for it again.
        var expires: Int64
    }

    private var entries: [UInt32: Entry] = [:]
    private let lifetime: Int64
    private let namespace: NetworkNamespace.Identity?
    private let procfs: String

    /// Entries beyond this are forgotten if they are not asked for.
    private static let limit = 100_000

    /// - Parameters:
    ///   - lifetime: seconds until a socket is looked for anew, so that a worker that came to share it is found; also
    ///     how long a socket without an owner is not looked for again.
    ///   - namespace: the network namespace that the sockets are in; nil for the own one.
    public init(lifetime: Int = 30, in namespace: NetworkNamespace.Identity? = nil, procfs: String = "/proc") {
        self.namespace = namespace
        self.lifetime = Int64(lifetime) * 1_000_000_000
        self.procfs = procfs
    }

    /// The owners of sockets, by inode; empty for those whose owner cannot be found.
    ///
    /// What is remembered is answered only if the process still holds the socket under the same descriptor. For the
    /// rest one scan is made, which begins at the processes that are known to own sockets, and their descendants.
    ///
    /// - Parameters:
    ///   - inodes: the sockets'; 0 is ignored.
    ///   - listeners: the inodes of their listeners, by which a scan knows when everybody has been found.
    ///   - cgroups: the cgroup ids that came with them.
    ///   - now: ``MonotonicClock/nanoseconds``.
    public mutating func owners(
        of inodes: some Sequence<UInt32>,
        listeners: Set<UInt32> = [],
        cgroups: Set<UInt64> = [],
        at now: Int64
    ) -> [UInt32: [SocketOwner]] {
        let wanted = Set(inodes).subtracting([0])
        let missing = wanted.filter { !isFresh($0, at: now) }
        if !missing.isEmpty {
            let known = Set(entries.values.lazy.flatMap { $0.owners.lazy.map(\.pid) })
            let scan = SocketOwnerScan.owners(
                of: Array(missing.union(listeners)),
                listeners: listeners,
                cgroups: cgroups,
                hints: known,
                in: namespace,
                procfs: procfs
            )
            scans += 1
            unreadableProcesses = scan.unreadableProcesses
            if entries.count + missing.count > Self.limit { entries = entries.filter { wanted.contains($0.key) } }
            for inode in missing { entries[inode] = Entry(owners: scan.owners(of: inode), expires: now + lifetime) }
        }
        return wanted.reduce(into: [:]) { $0[$1] = entries[$1]?.owners ?? [] }
    }

    private func isFresh(_ inode: UInt32, at now: Int64) -> Bool {
        guard let entry = entries[inode], now < entry.expires else { return false }
        return entry.owners.allSatisfy { owner in
            DescriptorTable.socket(at: "\(procfs)/\(owner.pid)/fd/\(owner.descriptor)") == inode
        }
    }
}
