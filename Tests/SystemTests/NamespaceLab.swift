import Glibc
import HostSystem
import NetworkLab

/// A namespace with a server on a port and so many clients that stay.
struct ServedNamespace {
    let namespace: LabNamespace
    let port: UInt16
    private let listener: RawSocket
    private let pairs: [(client: RawSocket, server: RawSocket)]

    /// - Parameter port: 0 takes any.
    init(_ connections: Int, port: UInt16 = 0) throws {
        try self.init(try LabNamespace(), connections, port: port)
    }

    init(_ namespace: LabNamespace, _ connections: Int, port: UInt16 = 0) throws {
        self.namespace = namespace
        let listener = try namespace.listen(on: Endpoint("127.0.0.1", port))
        self.listener = listener
        self.port = try listener.local.port
        pairs = try (0..<connections).map { _ in try namespace.connection(through: listener) }
    }

    /// Closes everything and takes the name away: nothing but others can hold the namespace now.
    func end() throws {
        for pair in pairs {
            pair.client.close()
            pair.server.close()
        }
        listener.close()
        try namespace.remove()
    }

    var labels: [String: String] { ["port": "\(port)", "netns": namespace.name] }
}

/// Tells whether a namespace lives, without holding it: the kernel removes its devices when it dies, and one end of a
/// pair of devices does not outlive the other.
struct NamespaceWitness {
    private let home: LabNamespace
    private let device: String

    init(of namespace: LabNamespace, in home: LabNamespace, number: Int) throws {
        self.home = home
        device = "w\(number)"
        try home.run("ip", "link", "add", device, "type", "veth", "peer", "name", "w0", "netns", namespace.name)
    }

    var isAlive: Bool { (try? home.run("ip", "link", "show", "dev", device)) != nil }
}

extension RunningAgent {
    /// Starts an agent that looks at once into these namespaces as well.
    static func start(in namespace: LabNamespace, namespaces: [String], _ more: String = "") async throws
        -> RunningAgent
    {
        let names = namespaces.map { "\"\($0)\"" }.joined(separator: ", ")
        return try await start(in: namespace, configuration: shortWindows + "network_namespaces: [\(names)]\n" + more)
    }

    /// How many descriptors it has open.
    var descriptors: Int { ProcFile.names(in: "/proc/\(process.identifier)/fd").count - 2 }

    var residentMebibytes: Double {
        let text = ProcFile.text(of: "/proc/\(process.identifier)/statm") ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}
