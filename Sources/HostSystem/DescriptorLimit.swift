internal import Glibc

/// How many descriptors the program may have (RLIMIT_NOFILE).
public enum DescriptorLimit {
    /// The one in force. Nil for none.
    public static var current: UInt64? {
        let limit = both().rlim_cur
        return limit == rlim_t.max ? nil : UInt64(limit)
    }

    /// Raises it as far as an ordinary user may: it is low by default only for programs that use select(2).
    public static func raise() {
        var limit = both()
        limit.rlim_cur = limit.rlim_max
        // Where a sandbox forbids it, it stays as it is.
        setrlimit(resource, &limit)
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    private static func both() -> rlimit {
        var limit = rlimit()
        getrlimit(resource, &limit)
        return limit
    }
}
