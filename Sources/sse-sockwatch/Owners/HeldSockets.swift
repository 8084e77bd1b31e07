internal import HostSystem
internal import SockDiag
internal import SocketOwners

/// Which processes hold a port's sockets, and how many.
struct HeldSockets: Sendable {
    struct Socket: Hashable, Sendable {
        let state: TCPState
        /// 0 when no process holds it.
        let inode: UInt32
        let cgroup: UInt64?
    }

    struct Process: Sendable {
        let pid: Int32
        let command: String
        fileprivate(set) var states: [TCPState: Int] = [:]
        /// The cgroups that its sockets were made in.
        fileprivate(set) var cgroups: Set<UInt64> = []
    }

    let lookedAt = WallClock.now
    /// The one that holds the most first. A socket that several share counts for each.
    let processes: [Process]
    /// Sockets that some process holds, and none that was found.
    let unknown: [TCPState: Int]
    /// Sockets that no process holds: never accepted, or closed by their process and not yet gone.
    let unheld: [TCPState: Int]
    /// Processes that the agent may not look into.
    let unreadableProcesses: Int
    /// How often processes have been searched, by all answers so far.
    let scans: Int

    init(_ sockets: [Socket], _ owners: [UInt32: [SocketOwner]], unreadable: Int, scans: Int) {
        var processes: [Int32: Process] = [:]
        var (unknown, unheld): ([TCPState: Int], [TCPState: Int]) = ([:], [:])
        for socket in sockets {
            let holders = Set((owners[socket.inode] ?? []).lazy.map { Holder(pid: $0.pid, command: $0.command) })
            if socket.inode == 0 {
                unheld[socket.state, default: 0] += 1
            } else if holders.isEmpty {
                unknown[socket.state, default: 0] += 1
            }
            for holder in holders {
                var process = processes[holder.pid] ?? Process(pid: holder.pid, command: holder.command)
                process.states[socket.state, default: 0] += 1
                if let cgroup = socket.cgroup { process.cgroups.insert(cgroup) }
                processes[holder.pid] = process
            }
        }
        self.processes = processes.values.sorted { ($1.sockets, $0.pid) < ($0.sockets, $1.pid) }
        self.unknown = unknown
        self.unheld = unheld
        unreadableProcesses = unreadable
        self.scans = scans
    }

    private struct Holder: Hashable {
        let pid: Int32
        let command: String
    }

    var cgroups: Set<UInt64> { Set(processes.lazy.flatMap(\.cgroups)) }
}

extension HeldSockets.Process {
    fileprivate var sockets: Int { states.values.reduce(0, +) }
}
