import NetworkLab
import Testing

@Suite("Evidence: drift", .networkNamespaces, .serialized)
struct EvidenceDriftTests {
    @Test("a server that says seven fewer than the kernel has drifted by 7", arguments: [30, 7])
    func sevenFewer(connections: Int) async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let pairs = try (0..<connections).map { _ in try namespace.connection(through: listener) }
        defer { for pair in pairs { pair.client.close() } }
        let says = try LabScript.says.start(in: namespace, "\(connections - 7)")
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                watch: [{ ports: [\(port)], companion: { url: "http://127.0.0.1:\(try await says.listeningPort())/" } }]

                """
        )
        let drift = try await eventually("there is a drift") {
            try agent.scrape().value("companion_connection_drift", ["port": "\(port)"])
        } until: {
            $0 != nil
        }
        print("\(connections) connections, the server says \(connections - 7): drift \(drift ?? .nan)")
        #expect(drift == 7)
        // Seven are within what a server may be behind by.
        #expect(try agent.reading(of: port).isHealthy)
    }
}
