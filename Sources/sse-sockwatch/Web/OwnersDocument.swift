internal import HostSystem
internal import SockDiag
internal import SocketOwners

/// The processes that hold a port's connections, as `/api/v1/owners` shows them.
struct OwnersDocument: Encodable {
    let port: UInt16
    /// RFC 3339.
    let lookedAt: String
    /// The one that holds the most first. A socket that several share counts for each.
    let processes: [ProcessDocument]
    let unknown: UnknownDocument?
    /// Sockets that no process holds, by state: never accepted, or already closed.
    let unheld: [String: Int]?
    /// How often processes have been searched since the agent began.
    let scans: Int

    struct ProcessDocument: Encodable {
        let pid: Int32
        let command: String
        /// The services that the sockets belong to.
        let services: [String]
        let tcpSockets: [String: Int]
    }

    /// Sockets whose process was not found.
    struct UnknownDocument: Encodable {
        let tcpSockets: [String: Int]
        let unreadableProcesses: Int
        let reason: String
    }

    init(_ held: HeldSockets, port: UInt16, names: [UInt64: ServiceName]) {
        self.port = port
        lookedAt = held.lookedAt.text
        processes = held.processes.map { process in
            let services = Set(process.cgroups.map { (names[$0] ?? .unknown).description })
            return ProcessDocument(
                pid: process.pid,
                command: process.command,
                services: services.sorted(),
                tcpSockets: Self.labels(process.states)
            )
        }
        unheld = held.unheld.isEmpty ? nil : Self.labels(held.unheld)
        unknown =
            held.unknown.isEmpty
            ? nil
            : UnknownDocument(
                tcpSockets: Self.labels(held.unknown),
                unreadableProcesses: held.unreadableProcesses,
                reason: held.unreadableProcesses == 0
                    ? "their process ended or moved to another network namespace while it was looked for"
                    : "the agent may not look into \(held.unreadableProcesses) processes of other users: "
                        + "that takes CAP_SYS_PTRACE; or ask `sudo sse-sockwatch list --processes`"
            )
        scans = held.scans
    }

    private static func labels(_ states: [TCPState: Int]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: states.map { ($0.key.label, $0.value) })
    }
}
