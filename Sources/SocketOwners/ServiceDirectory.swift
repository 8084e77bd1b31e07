internal import HostSystem

/// Tells which service a socket belongs to, by the cgroup id that came with it.
///
/// An accepted socket carries the cgroup of its listener's creator, whoever serves it later. With socket activation
/// that is systemd's.
///
/// A lookup is one of a table. The table is filled by a walk over all cgroups, about 30 µs for each, at the first
/// lookup, and again when an id is met that is not in it, but not more often than the interval allows.
public struct ServiceDirectory: Sendable {
    /// How often the cgroups have been walked.
    public private(set) var walks = 0

    private var services: [UInt64: ServiceName] = [:]
    private var nextWalk = Int64.min
    private let hierarchy: CgroupHierarchy?
    private let interval: Int64

    /// Names that are kept of cgroups that have gone: their sockets may still be there.
    private static let limit = 100_000

    /// - Parameters:
    ///   - hierarchy: nil where there is none; then only the root is known, whose id is 1 everywhere.
    ///   - interval: the shortest time between two walks, in seconds.
    public init(hierarchy: CgroupHierarchy? = .mounted(), interval: Int = 10) {
        self.hierarchy = hierarchy
        self.interval = Int64(interval) * 1_000_000_000
    }

    /// The service of a cgroup; ``ServiceName/unknown`` when the cgroup cannot be seen.
    ///
    /// - Parameter now: ``MonotonicClock/nanoseconds``.
    public mutating func service(ofCgroup id: UInt64, at now: Int64) -> ServiceName {
        if let known = services[id] { return known }
        if now >= nextWalk {
            nextWalk = now + interval
            walk()
            if let found = services[id] { return found }
        }
        return id == 1 ? .root : .unknown
    }

    private mutating func walk() {
        walks += 1
        if services.count > Self.limit { services.removeAll() }
        hierarchy?.forEachCgroup { id, path in services[id] = ServiceName(cgroupPath: path) }
    }
}
