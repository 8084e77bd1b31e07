internal import HostSystem

/// The service that a cgroup belongs to, as its operators call it.
///
/// | cgroup | service |
/// |---|---|
/// | `/system.slice/nginx.service` | `nginx.service` |
/// | `/system.slice/docker-0123456789abcdef....scope` | `docker:0123456789ab` |
/// | `/kubepods.slice/.../kubepods-pod1b4e28ba_2fa1_....slice/cri-containerd-....scope` | `pod:1b4e28ba-2fa1-...` |
/// | `/docker/0123456789abcdef.../system.slice/nginx.service` | `docker:0123456789ab/nginx.service` |
/// | `/` | `/` |
/// | anything else | its path |
public struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ text: String) {
        description = text
    }

    /// The root cgroup: what no service manager has put anywhere.
    public static let root = ServiceName("/")
    /// A cgroup that cannot be seen from here: it has gone, or lies outside of this process's cgroup namespace.
    public static let unknown = ServiceName("unknown")

    /// Finds the name in a cgroup's path, which begins with `/` at the root of the hierarchy.
    ///
    /// A pod goes before a container, because its containers share one network; a container goes before a unit, and
    /// names the unit inside it, too. Among several of a kind the innermost counts.
    public init(cgroupPath path: String) {
        let parts = path.split(separator: "/")
        guard !parts.isEmpty else {
            self = .root
            return
        }
        if let (box, rest) = Self.box(parts) {
            let unit = rest.flatMap(Self.unit)
            self.init(unit.map { "\(box)/\($0)" } ?? box)
        } else {
            self.init(Self.unit(parts[...]) ?? path)
        }
    }

    /// The pod or the container that a process is in, without what runs inside. Nil when it is in none, or has gone.
    ///
    /// Every hierarchy is asked: where there are several, engines may use only some.
    public static func container(of process: Int32, procfs: String = "/proc") -> ServiceName? {
        // HIERARCHY:CONTROLLERS:PATH
        ProcFile.text(of: "\(procfs)/\(process)/cgroup")?.split(separator: "\n").lazy
            .compactMap { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last }
            .compactMap { box($0.split(separator: "/")) }.first.map { ServiceName($0.name) }
    }

    /// The pod or container of a path, and the parts inside of a container.
    private static func box(_ parts: [Substring]) -> (name: String, inside: ArraySlice<Substring>?)? {
        let isInPods = parts.contains { $0.contains("kubepods") }
        if isInPods, let pod = parts.lazy.compactMap(pod).last { return ("pod:\(pod)", nil) }
        for index in parts.indices.reversed() {
            let parent = index > 0 ? parts[index - 1] : nil
            guard let container = ContainerName(parts[index], in: parent) else { continue }
            return (container.description, parts[(index + 1)...])
        }
        return nil
    }

    /// The innermost service or scope of systemd. `init.scope` is no service but the place of a manager.
    private static func unit(_ parts: ArraySlice<Substring>) -> String? {
        parts.last { ($0.hasSuffix(".service") || $0.hasSuffix(".scope")) && $0 != "init.scope" }.map {
            // systemd puts an underscore before a name that the kernel could take for its own file.
            String($0.first == "_" ? $0.dropFirst() : $0)
        }
    }

    /// The uid in `pod<uid>`, `kubepods-burstable-pod<uid>.slice`, and `...-pod<uid>.slice:cri-containerd:<id>`, where
    /// systemd's form has underscores for dashes. A static pod's uid is a hash of 32 digits.
    private static func pod(_ part: Substring) -> String? {
        let unit = part.prefix { $0 != ":" }
        let name = unit.hasSuffix(".slice") ? unit.dropLast(6) : unit
        // Only the last word is the uid; "pod" can be in no other place than before it.
        let uid =
            if name.hasPrefix("pod") {
                name.dropFirst(3)
            } else if let start = name.firstRange(of: "-pod") {
                name[start.upperBound...]
            } else {
                name[name.endIndex...]
            }
        let dashed = String(uid.map { $0 == "_" ? "-" : $0 })
        let lengths = dashed.split(separator: "-", omittingEmptySubsequences: false).map(\.count)
        guard lengths == [8, 4, 4, 4, 12] || lengths == [32],
            dashed.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isHexadecimalDigit })
        else { return nil }
        return dashed
    }
}
