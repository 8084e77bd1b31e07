/// The container that one part of a cgroup's path stands for, if it does.
struct ContainerName: CustomStringConvertible {
    /// The engine and the first 12 digits of the id, as the engine's own listing shows it: `docker:0123456789ab`.
    let description: String

    /// What container engines call the cgroup of a container when systemd manages it: `PREFIX-ID.scope`. The monitor's
    /// own cgroup (conmon) belongs to the container that it watches.
    private static let scopes: [(prefix: String, engine: String)] = [
        ("docker-", "docker"), ("cri-containerd-", "containerd"), ("nerdctl-", "containerd"), ("crio-conmon-", "crio"),
        ("crio-", "crio"), ("libpod-conmon-", "podman"), ("libpod-payload-", "podman"), ("libpod-", "podman"),
    ]

    /// What they call the parent of containers' cgroups otherwise: `/docker/ID`.
    private static let parents = ["docker": "docker", "k8s.io": "containerd", "libpod_parent": "podman"]

    init?(_ part: Substring, in parent: Substring?) {
        let name = part.hasSuffix(".scope") ? part.dropLast(6) : part
        for (prefix, engine) in Self.scopes where name.hasPrefix(prefix) {
            guard let id = Self.shortened(name.dropFirst(prefix.count)) else { continue }
            description = "\(engine):\(id)"
            return
        }
        // SLICE:PREFIX:ID, when the runtime takes systemd's form for a directory's name.
        if let id = part.split(separator: ":").last.flatMap(Self.shortened), part.contains(":cri-containerd:") {
            description = "containerd:\(id)"
            return
        }
        if let id = Self.shortened(part) {
            description = "\(parent.flatMap { Self.parents[String($0)] } ?? "container"):\(id)"
            return
        }
        for prefix in ["lxc.payload.", "lxc.monitor."] where part.hasPrefix(prefix) && part.count > prefix.count {
            description = "lxc:\(part.dropFirst(prefix.count))"
            return
        }
        guard parent == "lxc" else { return nil }
        description = "lxc:\(part)"
    }

    /// The first 12 of the 64 digits of an id. Nil when it is none.
    private static func shortened(_ id: Substring) -> Substring? {
        guard id.utf8.count == 64, id.utf8.allSatisfy(\.isHexadecimalDigit) else { return nil }
        return id.prefix(12)
    }
}

extension UInt8 {
    /// True for a digit of an id: engines write small letters.
    var isHexadecimalDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
