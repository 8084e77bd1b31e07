/// Connections that are open, by who has closed: nobody, or the peer alone.
public struct ConnectionCounts: Hashable, Sendable, BitwiseCopyable {
    /// ESTABLISHED.
    public var established: Int
    /// CLOSE_WAIT.
    public var closeWait: Int

    public init(established: Int = 0, closeWait: Int = 0) {
        self.established = established
        self.closeWait = closeWait
    }

    public static func += (left: inout Self, right: Self) {
        left.established += right.established
        left.closeWait += right.closeWait
    }
}

/// The open connections of a port by the cgroup in which their sockets were made (`INET_DIAG_CGROUP_ID`, Linux 5.7).
///
/// A socket stays with the cgroup of the process that made it, wherever that process, or another one that holds the
/// socket, goes later. The kernel makes an accepted socket when the connection is there, with the cgroup of the
/// listener: what waits to be accepted has it, too, and who calls `accept` changes nothing. What the kernel keeps in a
/// smaller form has none: TIME_WAIT, SYN_RECEIVED, an orphan in FIN_WAIT2.
public struct CgroupCounts: Hashable, Sendable {
    public struct Cgroup: Hashable, Sendable {
        /// The inode of the cgroup's directory; 1 is the root.
        public let id: UInt64
        public let counts: ConnectionCounts
    }

    /// One for each cgroup that a connection or a listener of the port was made in, by id. Empty when the kernel gives
    /// no ids, and when they are not counted.
    public let cgroups: [Cgroup]
    /// Connections whose sockets came without an id, while others had one.
    public let unidentified: ConnectionCounts
    /// Connections in further cgroups than ``limit``.
    public let beyondLimit: ConnectionCounts

    /// The most cgroups that are told apart on one port.
    public static let limit = 256

    static let none = CgroupCounts(cgroups: [], unidentified: .init(), beyondLimit: .init())
}
