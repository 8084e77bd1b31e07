internal import CHostSystem
internal import Glibc

/// What a thread may do beyond an ordinary user's rights: capabilities(7).
public struct Capabilities: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// One bit for each, by its number in linux/capability.h.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    private init(number: Int32) {
        self.init(rawValue: 1 << UInt64(number))
    }

    /// Reading and writing files of other users.
    public static let dacOverride = Capabilities(number: CAP_DAC_OVERRIDE)
    /// Reading files and directories of other users.
    public static let dacReadSearch = Capabilities(number: CAP_DAC_READ_SEARCH)
    /// Receive buffers above the limit of the system.
    public static let netAdmin = Capabilities(number: CAP_NET_ADMIN)
    /// Looking into processes of other users.
    public static let sysPtrace = Capabilities(number: CAP_SYS_PTRACE)
    /// Entering network namespaces.
    public static let sysAdmin = Capabilities(number: CAP_SYS_ADMIN)

    private static let names: [(Capabilities, String)] = [
        (.dacOverride, "CAP_DAC_OVERRIDE"), (.dacReadSearch, "CAP_DAC_READ_SEARCH"), (.netAdmin, "CAP_NET_ADMIN"),
        (.sysPtrace, "CAP_SYS_PTRACE"),
        (.sysAdmin, "CAP_SYS_ADMIN"),
    ]

    /// Those that the calling thread is permitted to use; none when the kernel does not tell.
    public static var permitted: Capabilities {
        var bits: UInt64 = 0
        return chs_get_capabilities(&bits) == 0 ? Capabilities(rawValue: bits) : []
    }

    /// Gives up all others, for good. It is of the calling thread and of those that it starts afterwards: a program does
    /// it while it has one.
    ///
    /// - Returns: what was given up.
    public static func keepOnly(_ kept: Capabilities) throws(SystemCallError) -> Capabilities {
        let before = permitted
        // A sandbox that leaves nothing to give up may forbid the calls, too.
        guard !before.isSubset(of: kept) else { return [] }
        guard chs_keep_capabilities(kept.rawValue) == 0 else {
            throw SystemCallError(operation: "give up capabilities", number: errno)
        }
        return before.subtracting(permitted)
    }

    /// The names of those that this program knows: `CAP_SYS_ADMIN, CAP_SYS_PTRACE`.
    public var description: String {
        Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
