internal import SockDiag
internal import SockWatch

/// In which network namespace the server of each port is, by name: where its companion's numbers belong. Empty when only
/// the agent's own is watched, which nobody has to be told.
struct ServerHomes: Hashable, Sendable {
    private var names: [UInt16: String] = [:]

    init(_ names: [UInt16: String] = [:]) {
        self.names = names
    }

    subscript(port: UInt16) -> String? { names[port] }

    /// Where the server is that speaks for these ports. Nil when they are not known to be in one namespace.
    func home(of ports: PortSet) -> String? {
        let found = Set(names.lazy.filter { ports.contains($0.key) }.map(\.value))
        return found.count == 1 ? found.first : nil
    }

    /// The agent's own namespace if a port has a listener there, else the only one where it has one. Where it has none at
    /// all it stays where it was: its server may be starting again.
    mutating func update(_ ports: [PortSnapshot], namespaces: [String], own: String?) {
        var listening: [UInt16: [String]] = [:]
        for port in ports where port.watched.side == .server && port.tally.listeners > 0 {
            listening[port.watched.port, default: []].append(port.namespace ?? "")
        }
        names = names.filter { namespaces.contains($0.value) && listening[$0.key] == nil }
        for (port, found) in listening {
            names[port] = found.count == 1 ? found.first : found.first { $0 == own }
        }
    }
}
