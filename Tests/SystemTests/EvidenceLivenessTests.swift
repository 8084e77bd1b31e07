import Glibc
import NetworkLab
import Testing

@Suite(
    "Evidence: who is still there",
    .networkNamespaces,
    .enabled(if: EvidenceRoute.unavailable == nil, "nft cannot be run"),
    .serialized
)
struct EvidenceLivenessTests {
    private static let count = 5

    private static func agent(_ heartbeat: String, _ port: UInt16, in namespace: LabNamespace) async throws
        -> RunningAgent
    {
        try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                defaults: { heartbeat_interval: \(heartbeat) }

                """,
            "--port",
            "\(port)"
        )
    }

    /// Connections by everything that tells of their liveness, without what is 0.
    private static func liveness(_ agent: RunningAgent) throws -> [String: Double] {
        let scrape = try agent.scrape()
        var liveness: [String: Double] = [:]
        for name in ["silent", "blind", "slow_consumer", "local_send_failure"] {
            liveness[name] = scrape.value("tcp_\(name)_sockets")
        }
        for evidence in ["retransmission", "keepalive"] {
            liveness["half_open \(evidence)"] = scrape.value("tcp_half_open_sockets", ["evidence": evidence])
        }
        guard liveness.count == 6 else { throw LabError("metrics are missing: \(liveness)") }
        return liveness.filter { $0.value > 0 }
    }

    /// Waits until this is all that is said, and returns how many seconds that took.
    @discardableResult
    private static func expect(
        _ expected: [String: Double],
        _ what: String,
        within limit: Duration = .seconds(10),
        of agent: RunningAgent
    ) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await eventually("\(what): \(expected)", within: limit, every: .milliseconds(50)) {
            try liveness(agent)
        } until: {
            $0 == expected
        }
        let seconds = (clock.now - start) / .seconds(1)
        print("\(what): \(expected) after \(seconds) s")
        return seconds
    }

    @Test("a silent drop under heartbeats is half-open within 10 s, and no heartbeat counts as missed")
    func silentDropWithHeartbeats() async throws {
        let route = try EvidenceRoute()
        let beats = try LabScript.beats.start(in: route.server, "0", "0.5", "0")
        let port = try await beats.listeningPort()
        let agent = try await Self.agent("500ms", port, in: route.server)
        let readers = try LabScript.readers.start(
            in: route.client,
            EvidenceRoute.serverAddress,
            "\(Self.count)",
            "\(port)"
        )
        try await readers.waitForLine(containing: "connected \(Self.count)")
        func value(_ name: String) throws -> Double { try #require(try agent.scrape().value(name)) }
        try await eventually("heartbeats are observed", every: .milliseconds(100)) {
            try value("heartbeats_observed_total") >= Double(6 * Self.count)
        }
        #expect(try agent.reading(of: port).isHealthy)

        try route.drop()
        try await Self.expect(["half_open retransmission": Double(Self.count)], "dropped under heartbeats", of: agent)
        // As long again: what is gone stays gone, and is never called missed.
        try await agent.waitForSamples(25)
        #expect(try Self.liveness(agent) == ["half_open retransmission": Double(Self.count)])
        #expect(try agent.reading(of: port).conditions == ["half_open"])

        // What had to wait arrives in a few segments. That they are few is not the server's fault.
        try route.stopDropping()
        try await Self.expect(["blind": Double(Self.count)], "let through again", within: .seconds(30), of: agent)
        let observed = try value("heartbeats_observed_total")
        try await eventually("heartbeats are observed again", every: .milliseconds(100)) {
            try value("heartbeats_observed_total") >= observed + Double(6 * Self.count)
        }
        let missed = try value("heartbeats_missed_total")
        print("dropped under heartbeats, and let through again: missed \(missed)")
        #expect(missed == 0)
    }

    @Test("a silent drop of idle connections with keepalive is half-open within a probe")
    func silentDropWithKeepalive() async throws {
        let route = try EvidenceRoute()
        let listener = try route.listen()
        let pairs = try route.connections(Self.count, through: listener)
        for pair in pairs { try pair.server.keepAlive(idle: 1, interval: 1, probes: 20) }
        let agent = try await Self.agent("none", try listener.local.port, in: route.server)
        #expect(try Self.liveness(agent) == [:])
        #expect(try agent.scrape().value("tcp_keepalive_sockets", ["keepalive": "on"]) == Double(Self.count))

        try route.drop()
        let seconds = try await Self.expect(
            ["half_open keepalive": Double(Self.count)],
            "dropped with keepalive 1 s",
            of: agent
        )
        // One second until the probe, one in which it may be answered, and two samples.
        #expect(seconds < 2.5)
        for pair in pairs { pair.client.close() }
    }

    @Test("a silent drop of idle connections without keepalive is blind, and nothing else")
    func silentDropWithoutKeepalive() async throws {
        let route = try EvidenceRoute()
        let listener = try route.listen()
        let port = try listener.local.port
        let pairs = try route.connections(Self.count, through: listener)
        let agent = try await Self.agent("none", port, in: route.server)
        try route.drop()
        try await Self.expect(["blind": Double(Self.count)], "dropped without keepalive", of: agent)
        try await agent.waitForSamples(20)
        #expect(try Self.liveness(agent) == ["blind": Double(Self.count)])
        #expect(try agent.reading(of: port).isHealthy)
        for pair in pairs { pair.client.close() }
    }

    @Test("a client that stops reading is a slow consumer, not half-open")
    func slowConsumer() async throws {
        let route = try EvidenceRoute()
        let listener = try route.listen()
        let pairs = try route.connections(2, through: listener)
        let agent = try await Self.agent("none", try listener.local.port, in: route.server)
        try await eventually("the slow one's window is closed", within: .seconds(20), every: .milliseconds(200)) {
            try pairs[0].server.writeUntilFull()
            return try Self.liveness(agent) == ["blind": 1, "slow_consumer": 1]
        }
        try await agent.waitForSamples(25)
        #expect(try Self.liveness(agent) == ["blind": 1, "slow_consumer": 1])
        print("a client that stops reading: slow consumers 1 of 2")
        for pair in pairs { pair.client.close() }
    }

    @Test("data that cannot leave the machine is a local send failure, not a slow consumer")
    func interfaceDown() async throws {
        let route = try EvidenceRoute()
        let listener = try route.listen()
        let pairs = try route.connections(Self.count, through: listener)
        for pair in pairs {
            try pair.server.write(": beat\n\n")
            try pair.client.readUntil("beat\n\n")
        }
        let agent = try await Self.agent("none", try listener.local.port, in: route.server)
        try await Self.expect(["blind": Double(Self.count)], "before the interface goes down", of: agent)
        try route.takeServerDown()
        for pair in pairs { try pair.server.write(": beat\n\n") }
        try await Self.expect(["local_send_failure": Double(Self.count)], "with the interface down", of: agent)
        try await agent.waitForSamples(25)
        #expect(try Self.liveness(agent) == ["local_send_failure": Double(Self.count)])
        for pair in pairs { pair.client.close() }
    }
}
