import Glibc
import NetworkLab
import Testing

/// Held against the truth of servers that know which heartbeats they have left out, of the very same writes: the agents
/// are there before the first connection, and the truth is asked for when all have fallen silent.
@Suite("Evidence: missed heartbeats", .networkNamespaces, .serialized)
struct EvidenceHeartbeatTests {
    private static let heartbeat = 0.2
    private static let connections = 100
    private static let beats = 120

    private struct Watching {
        let interval: String
        /// Heartbeats between two samples.
        let beats: Double
        /// By how much the share of missed heartbeats may be off.
        let tolerance: Double
        let agent: RunningAgent

        init(
            _ interval: String,
            beats: Double,
            tolerance: Double,
            _ servers: [EvidenceBeats],
            in namespace: LabNamespace
        )
            async throws
        {
            let ports = servers.map { "\($0.port)" }.joined(separator: ", ")
            self.interval = interval
            self.beats = beats
            self.tolerance = tolerance
            agent = try await RunningAgent.start(
                in: namespace,
                configuration: """
                    sampling: { interval: \(interval), cpu_budget: 100% }
                    defaults: { heartbeat_interval: 200ms }
                    watch: [{ ports: [\(ports)] }]

                    """
            )
        }
    }

    @Test("are estimated at half and at five times the heartbeat, exactly 0 where none is missed")
    func missRatio() async throws {
        let namespace = try LabNamespace()
        var servers: [EvidenceBeats] = []
        for share in [0, 0.02, 0.10] {
            servers.append(try await EvidenceBeats(Self.heartbeat, share: share, in: namespace))
        }
        let watching = [
            try await Watching("100ms", beats: 0.5, tolerance: 0.003, servers, in: namespace),
            try await Watching("1s", beats: 5, tolerance: 0.005, servers, in: namespace),
        ]
        let arguments = ["127.0.0.1", "\(Self.connections)"] + servers.map { "\($0.port)" }
        let readers = try LabScript.readers.start(in: namespace, arguments)
        try await readers.waitForLine(containing: "connected \(servers.count * Self.connections)")

        let enough = Double(Self.beats * Self.connections)
        try await eventually("\(enough) heartbeats", within: .seconds(60), every: .milliseconds(500)) {
            try watching[0].agent.scrape().value("heartbeats_observed_total", ["port": "\(servers[0].port)"]) ?? 0
        } until: {
            $0 >= enough
        }
        var truths: [EvidenceBeats.Truth] = []
        for server in servers { truths.append(try await server.truth()) }
        for watching in watching {
            try await watching.agent.waitForSamples(2)
            let scrape = try watching.agent.scrape()
            for (server, truth) in zip(servers, truths) {
                let label = ["port": "\(server.port)"]
                let observed = try #require(scrape.value("heartbeats_observed_total", label))
                let missed = try #require(scrape.value("heartbeats_missed_total", label))
                let estimate = missed / (observed + missed)
                print(
                    "heartbeats \(server.share), sampled every \(watching.interval): missed \(missed) of"
                        + " \(observed + missed) = \(estimate), in truth \(truth.missed) of"
                        + " \(truth.written + truth.missed) = \(truth.share); written up to \(truth.latest) s late"
                )
                // Only what a connection wrote until its first sample may escape, or the ratio is one of something else.
                #expect(abs(observed - truth.written) <= (watching.beats + 1) * Double(Self.connections))
                #expect(abs(estimate - truth.share) <= watching.tolerance)
                if server.share == 0 { #expect(missed == 0) }
            }
        }
    }

    @Test("are told from events among them, and the restart of a server is not one", arguments: [0, 0.02])
    func eventsAndRestart(share: Double) async throws {
        let namespace = try LabNamespace()
        var server = try await EvidenceBeats(Self.heartbeat, share: share, events: 0.5, in: namespace)
        let watching = try await Watching("100ms", beats: 0.5, tolerance: 0.004, [server], in: namespace)
        let label = ["port": "\(server.port)"]
        var counted = 0.0
        var truth = EvidenceBeats.Truth(written: 0, missed: 0, latest: 0)
        for start in 1...2 {
            let arguments = ["127.0.0.1", "\(Self.connections)", "\(server.port)"]
            let readers = try LabScript.readers.start(in: namespace, arguments)
            try await readers.waitForLine(containing: "connected \(Self.connections)")
            counted += 3000
            try await eventually("\(counted) heartbeats", within: .seconds(60), every: .milliseconds(500)) {
                try watching.agent.scrape().value("heartbeats_observed_total", label) ?? 0
            } until: {
                $0 >= counted
            }
            truth.add(try await server.truth())
            // All that was written is seen before its connection goes.
            try await watching.agent.waitForSamples(2)
            try server.process.signal(SIGKILL)
            try await server.process.waitForEnd()
            try await readers.waitForEnd()
            guard start == 1 else { break }
            server = try await EvidenceBeats(
                Self.heartbeat,
                share: share,
                events: 0.5,
                port: server.port,
                in: namespace
            )
        }
        let scrape = try watching.agent.scrape()
        let observed = try #require(scrape.value("heartbeats_observed_total", label))
        let missed = try #require(scrape.value("heartbeats_missed_total", label))
        let estimate = missed / (observed + missed)
        print(
            "heartbeats \(share) among events, with a restart: missed \(missed) of \(observed + missed) = \(estimate),"
                + " in truth \(truth.missed) of \(truth.written + truth.missed) = \(truth.share)"
        )
        #expect(abs(estimate - truth.share) <= watching.tolerance)
        if share == 0 { #expect(missed == 0) }
    }
}
