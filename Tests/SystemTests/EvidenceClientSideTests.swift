import Glibc
import NetworkLab
import SockDiag
import Testing

/// A proxy's connections to the server behind it, watched by the server's port.
@Suite("Evidence: the client's side", .networkNamespaces, .serialized)
struct EvidenceClientSideTests {
    private static let connections = 30

    private static func agent(
        _ ports: [UInt16],
        side: String = "client",
        in namespace: LabNamespace
    ) async throws -> RunningAgent {
        let ports = ports.map(String.init).joined(separator: ", ")
        return try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                defaults: { heartbeat_interval: 200ms, close_wait_stuck_after: 1s }
                watch: [{ ports: [\(ports)], side: \(side) }]

                """
        )
    }

    private static func heartbeats(_ agent: RunningAgent, of port: UInt16) throws -> (share: Double, due: Double) {
        let scrape = try agent.scrape()
        let observed = try #require(scrape.value("heartbeats_observed_total", ["port": "\(port)"]))
        let missed = try #require(scrape.value("heartbeats_missed_total", ["port": "\(port)"]))
        return (missed / (observed + missed), observed + missed)
    }

    @Test(
        "of an nginx: heartbeats are counted by what it received, and its connections' ends by the server's port",
        .enabled(if: EvidenceNginx.unavailable == nil, "nginx cannot be run")
    )
    func proxy() async throws {
        let namespace = try LabNamespace()
        var servers: [EvidenceBeats] = []
        for share in [0, 0.10] { servers.append(try await EvidenceBeats(share: share, in: namespace)) }
        let agent = try await Self.agent(servers.map(\.port), in: namespace)
        // The same connections from their other end.
        let witness = try await Self.agent(servers.map(\.port), side: "server", in: namespace)
        var proxies: [EvidenceNginx] = []
        for server in servers {
            proxies.append(try await EvidenceNginx.proxy(to: server.port, readTimeout: "60s", in: namespace))
        }
        let arguments = ["127.0.0.1", "\(Self.connections)"] + proxies.map { "\($0.port)" }
        let readers = try LabScript.readers.start(in: namespace, arguments)
        try await readers.waitForLine(containing: "connected \(servers.count * Self.connections)")

        let enough = Double(100 * Self.connections)
        for server in servers {
            try await eventually("\(enough) heartbeats", within: .seconds(60), every: .milliseconds(500)) {
                try agent.scrape().value("heartbeats_observed_total", ["port": "\(server.port)"]) ?? 0
            } until: {
                $0 >= enough
            }
        }
        for server in servers {
            let healthy = try agent.reading(of: server.port)
            #expect(healthy.states[.established] == Self.connections)
            // Of one that leaves out a tenth, more than a tenth of the connections is silent now and then.
            #expect(healthy.isHealthy || server.share > 0 && healthy.conditions == ["silent"])
            let truth = try await server.truth()
            try await agent.waitForSamples(2)
            try await witness.waitForSamples(2)
            let seen = try Self.heartbeats(agent, of: server.port)
            let sent = try Self.heartbeats(witness, of: server.port)
            print(
                "client side, heartbeats \(server.share): found \(seen.share) of \(seen.due), on the server's side"
                    + " \(sent.share) of \(sent.due), in truth \(truth.share), written up to \(truth.latest) s late"
            )
            #expect(abs(seen.share - sent.share) <= 0.003)
            // What is later than half a heartbeat is missed when it is due, whatever the server says of it.
            guard truth.latest < EvidenceBeats.interval / 2 else { continue }
            #expect(abs(seen.share - truth.share) <= 0.005)
            if server.share == 0 { #expect(seen.share == 0) }
        }
        // The server's process ends, and so do the proxy's connections to it.
        try servers[0].process.signal(SIGKILL)
        let label = ["port": "\(servers[0].port)"]
        try await eventually("all have ended", within: .seconds(20), every: .milliseconds(100)) {
            try agent.scrape().value("tcp_connections_closed_total", label) ?? 0
        } until: {
            $0 == Double(Self.connections)
        }
        #expect(try agent.scrape().value("tcp_connections_opened_total", label) == Double(Self.connections))
        print("client side: opened and closed \(Self.connections)")
    }

    @Test("a program that does not close what the server has closed is stuck in CLOSE_WAIT")
    func closeWait() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let clients = try (0..<5).map { _ in try namespace.connect(to: try listener.local) }
        let accepted = try clients.map { _ in try listener.accept() }
        let agent = try await Self.agent([port], in: namespace)
        for socket in accepted { socket.close() }
        try await eventually("five are stuck", within: .seconds(20), every: .milliseconds(100)) {
            try agent.reading(of: port)
        } until: {
            $0.conditions.contains("close_wait_stuck") && $0.stuckUnclosed == 5
        }
        let listing = try Listing(of: namespace)
        #expect(listing.sockets.filter { $0.state == "close_wait" }.compactMap(\.service).count == 5)
        for client in clients { client.close() }
    }
}
