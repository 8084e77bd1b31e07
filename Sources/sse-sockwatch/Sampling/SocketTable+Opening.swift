internal import SockDiag

/// Where the kernel has no sock_diag, or does not let the agent have it.
extension ProcNetTable: SocketTable {
    var shortcoming: String? {
        "this kernel has no sock_diag: the sockets are read from /proc/net/tcp, which costs more and does not tell of "
            + "heartbeats, liveness, traffic, services, connections that end, and limits of accept queues; ages in "
            + "CLOSE_WAIT count from the first look"
    }
}

enum KernelTable {
    /// Opens the best table that the kernel has of the network namespace of this thread.
    ///
    /// - Throws: why sock_diag cannot be had, unless it is not there and procfs is.
    static func open() throws(SockDiagError) -> any SocketTable & ~Copyable {
        do throws(SockDiagError) {
            return try SocketDumper()
        } catch {
            guard error.isUnsupported, let table = try? ProcNetTable() else { throw error }
            return table
        }
    }
}
