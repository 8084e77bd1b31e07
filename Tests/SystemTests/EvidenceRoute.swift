import NetworkLab

/// A server and a client with a router between them, which can stop passing anything on without a word.
struct EvidenceRoute {
    let server: LabNamespace
    let router: LabNamespace
    let client: LabNamespace

    static let serverAddress = "10.77.1.1"

    init() throws {
        server = try LabNamespace()
        router = try LabNamespace()
        client = try LabNamespace()
        try Self.join(server, Self.serverAddress, to: router, "10.77.1.254", "lab1")
        try Self.join(client, "10.77.2.1", to: router, "10.77.2.254", "lab2")
        try router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
    }

    /// Why no rule that drops can be made here, or nil if it can.
    static let unavailable: String? = {
        do {
            try LabNamespace().run("nft", "list", "ruleset")
            return nil
        } catch {
            return "\(error)"
        }
    }()

    private static func join(
        _ host: LabNamespace,
        _ address: String,
        to router: LabNamespace,
        _ gateway: String,
        _ device: String
    ) throws {
        try host.run("ip", "link", "add", "lab0", "type", "veth", "peer", "name", device, "netns", router.name)
        try host.run("ip", "address", "add", "\(address)/24", "dev", "lab0")
        try host.run("ip", "link", "set", "lab0", "up")
        try router.run("ip", "address", "add", "\(gateway)/24", "dev", device)
        try router.run("ip", "link", "set", device, "up")
        try host.run("ip", "route", "add", "default", "via", gateway)
    }

    /// From now on the router drops everything, in both directions.
    func drop() throws {
        try router.run(
            "nft",
            "add table inet lab; add chain inet lab f { type filter hook forward priority 0; policy drop; }"
        )
    }

    /// It passes things on again.
    func stopDropping() throws {
        try router.run("nft", "delete table inet lab")
    }

    /// The server's interface goes down.
    func takeServerDown() throws {
        try server.run("ip", "link", "set", "lab0", "down")
    }

    func listen() throws -> RawSocket {
        try server.listen(on: Endpoint(Self.serverAddress, 0))
    }

    /// Connections through the router.
    func connections(_ count: Int, through listener: RawSocket) throws -> [(client: RawSocket, server: RawSocket)] {
        try (0..<count).map { _ in (try client.connect(to: try listener.local), try listener.accept()) }
    }
}
