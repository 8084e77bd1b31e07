import NetworkLab
import SockDiag
import SockWatch
import Testing

@Suite("The states of TCP", .networkNamespaces, .serialized)
struct StateTests {
    @Test("are counted for each port as ss counts them", arguments: EveryState.Clients.allCases)
    func engine(clients: EveryState.Clients) async throws {
        let scene = try EveryState(clients)
        // In the request's form that the agent finds best here, and in the one of kernels that do not know that form.
        for walksBothFamilies in [nil, false] {
            let look: KernelLook = try await agreement(with: scene) { ss in
                let look = try KernelLook(
                    of: scene.namespace,
                    ports: ss.states.keys,
                    walksBothFamilies: walksBothFamilies
                )
                return look.lines == ss && look.states == ss.states ? look : nil
            }
            let produced = Set(look.states.values.flatMap { $0.keys })
            #expect(produced == Set(TCPState.allKnown).subtracting([.close]))
        }
    }

    @Test("are listed socket by socket as ss lists them", arguments: EveryState.Clients.allCases)
    func list(clients: EveryState.Clients) async throws {
        let scene = try EveryState(clients)
        let listing: Listing = try await agreement(with: scene) { ss in
            let listing = try Listing(of: scene.namespace)
            return try listing.lines == ss ? listing : nil
        }
        // What the program says of the ports is the sum of what it says of the sockets.
        let states = try listing.lines.states
        for port in listing.ports {
            let counted = TCPState.connectionStates.map { ($0.label, states[port.port]?[$0] ?? 0) }
            #expect(port.tcpSockets == Dictionary(uniqueKeysWithValues: counted))
        }
        let listening = states.filter { $0.value[.listen] != nil }
        #expect(Set(listing.ports.map { $0.port }) == Set(listening.keys))
    }

    /// Looks until the scene is as it was made, and a witness has seen just what `ss` saw before it and after it.
    private func agreement<Seen>(with scene: EveryState, see: (SocketLines) throws -> Seen?) async throws -> Seen {
        let seen: Seen? = try await eventually("the agent and ss agree on \(scene.expected)") {
            let before = try SocketLines(ss: scene.namespace)
            guard scene.expected.allSatisfy({ before.states[$0.key] == $0.value }) else {
                throw LabError("ss sees \(before.states)")
            }
            guard let seen = try see(before) else { throw LabError("ss sees \(before)") }
            return try SocketLines(ss: scene.namespace) == before ? seen : nil
        } until: {
            $0 != nil
        }
        return try #require(seen)
    }

    @Test("are filtered by port and state as ss filters them")
    func filters() async throws {
        let scene = try EveryState(.mapped)
        let port = try #require(scene.expected.first { $0.value[.closeWait] != nil }?.key)
        try await eventually("the sockets of port \(port) in two states are those of ss") {
            let wanted: Set<TCPState> = [.closeWait, .lastAck]
            let expected = try SocketLines(ss: scene.namespace).counts.keys.filter {
                $0.local.port == port && wanted.contains($0.state)
            }
            let listing = try Listing(
                of: scene.namespace,
                "--port",
                "\(port)",
                "--state",
                "close-wait",
                "--state",
                "LAST_ACK"
            )
            return (expected: SocketLines(expected), listing: listing)
        } until: { seen in
            try seen.listing.lines == seen.expected && seen.listing.sockets.count == 4
        }
    }

    @Test("do not count a socket that is bound and unused")
    func boundOnly() throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        listener.close()
        let look = try KernelLook(of: namespace, ports: [port])
        #expect(look.states == [port: [:]])
        #expect(look.snapshot.ports.map(\.condition) == [.noListener])
    }
}
