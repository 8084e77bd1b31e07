import Glibc
import NetworkLab
import Testing

@Suite("Evidence: the clients of a server that is started again", .networkNamespaces, .serialized)
struct EvidenceStormTests {
    private static let clients = 150

    @Test(
        "150 of nginx with nchan",
        .enabled(if: EvidenceNginx.nchanUnavailable == nil, "nginx with nchan cannot be run")
    )
    func nchan() async throws {
        try await restart("nginx + nchan") { namespace, port in
            try await EvidenceNginx.nchan(port: port, in: namespace).process
        }
    }

    @Test("150 of uvicorn with sse-starlette", .server(.streamStarlette))
    func starlette() async throws {
        try await restart("uvicorn + sse-starlette") { namespace, port in
            try await LabServer.streamStarlette.start(in: namespace, port: port).process
        }
    }

    @Test("150 of Node", .server(.streamNode))
    func node() async throws {
        try await restart("Node") { namespace, port in
            try await LabServer.streamNode.start(in: namespace, port: port).process
        }
    }

    /// Less than two a second: no server feels it, and health checks are as frequent.
    @Test("20 of Node, once, are no storm", .server(.streamNode))
    func few() async throws {
        try await restart("Node", clients: 20) { namespace, port in
            try await LabServer.streamNode.start(in: namespace, port: port).process
        }
    }

    /// Starts a server and its clients, ends it as an out-of-memory killer does, starts it again, and expects a storm of
    /// all its clients, but for small crowds.
    private func restart(
        _ name: String,
        clients: Int = clients,
        _ start: (LabNamespace, UInt16) async throws -> LabProcess
    ) async throws {
        let namespace = try LabNamespace()
        // This port was free a moment ago, and nobody else is in the namespace.
        let free = try namespace.listen()
        let port = try free.local.port
        free.close()
        let label = ["port": "\(port)"]
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: "sampling: { interval: 500ms, cpu_budget: 100% }\n",
            "--port",
            "\(port)"
        )
        let first = try await start(namespace, port)
        let crowd = try LabScript.eventSources.start(in: namespace, "127.0.0.1", "\(port)", "/events", "\(clients)")
        try await crowd.waitForLine(containing: "connected \(clients)", within: .seconds(20))
        try await eventually("all are seen") {
            try agent.scrape().value("tcp_sockets", label.merging(["state": "established"]) { $1 }) == Double(clients)
        }
        let storm = label.merging(["condition": "reconnect_storm"]) { $1 }
        try await agent.waitForSamples(1)
        #expect(try agent.scrape().value("port_condition", storm) == 0, "the first clients are none")

        try first.signal(SIGKILL)
        try await first.waitForEnd()
        let second = try await start(namespace, port)
        try await eventually("all have come back", within: .seconds(20), every: .milliseconds(100)) {
            try agent.scrape().value("tcp_connections_opened_total", label) ?? 0
        } until: {
            $0 >= Double(2 * clients)
        }
        let scrape = try agent.scrape()
        let snapshot = try agent.get("/api/v1/snapshot").text
        let opened = try #require(scrape.value("tcp_connections_opened_total", label))
        let closed = try #require(scrape.value("tcp_connections_closed_total", label))
        let sentence = snapshot.split(separator: "\"").first { $0.contains(" came back within ") } ?? "no storm"
        print("\(name), \(clients) clients: opened \(opened), closed \(closed); \(sentence)")
        #expect(scrape.value("port_condition", storm) == (clients >= 100 ? 1 : 0))
        #expect(sentence.hasPrefix("\(clients) connections came back within ") == (clients >= 100))
        #expect(opened == Double(2 * clients) && closed == Double(clients))
        withExtendedLifetime((crowd, second)) {}
    }
}
