internal import HostSystem

/// Tells which service a socket belongs to, by the cgroup id that came with it.
///
/// An accepted socket carries the cgroup of its listener's creator, whoever serves it later. With socket activation
/// that is systemd's.
///
/// A lookup is one of a table. The table is filled by a walk over all cgroups, about 30 µs for each, at the first
/// lookup, and again when an id is met that is not in it, but not more often than the interval allows. An id that a
/// walk did not find (its cgroup has gone, or lies outside of this process's cgroup namespace) is looked for again
/// after sixty intervals.
public struct ServiceDirectory: Sendable {
    /// How often the cgroups have been walked.
    public private(set) var walks = 0

    private var services: [UInt64: ServiceName] = [:]
    /// Until when no walk is made for an id that was not found.
    private var missing: [UInt64: Int64] = [:]
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
        services(ofCgroups: [id], at: now)[id] ?? .unknown
    }

    /// The services of cgroups, as by ``service(ofCgroup:at:)`` but for those that are unknown, which are left out.
    /// One walk at most is made for all of them.
    public mutating func services(ofCgroups ids: Set<UInt64>, at now: Int64) -> [UInt64: ServiceName] {
        if now >= nextWalk, ids.contains(where: { services[$0] == nil && missing[$0] ?? .min <= now }) {
            nextWalk = now + interval
            walk(for: ids)
            missing = missing.filter { $0.value > now }
            for id in ids where services[id] == nil { missing[id] = now + 60 * interval }
        }
        return ids.reduce(into: [:]) { $0[$1] = services[$1] ?? ($1 == 1 ? .root : nil) }
    }

    private mutating func walk(for ids: Set<UInt64>) {
        walks += 1
        if services.count > Self.limit { services = services.filter { ids.contains($0.key) } }
        hierarchy?.forEachCgroup { id, path in services[id] = ServiceName(cgroupPath: path) }
    }
}
