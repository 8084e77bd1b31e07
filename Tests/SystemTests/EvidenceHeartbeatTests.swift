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

    private struct Beating {
        let share: Double
        let process: LabProcess
        let port: UInt16

        init(share: Double, in namespace: LabNamespace) async throws {
            self.share = share
            process = try LabScript.beats.start(in: namespace, "0", "\(EvidenceHeartbeatTests.heartbeat)", "\(share)")
            port = try await process.listeningPort()
        }

        /// Lets it fall silent.
        func truth() async throws -> (written: Double, missed: Double, latest: Double) {
            try process.signal(SIGUSR1)
            let words = try await process.waitForLine(containing: "truth ").split(separator: " ").dropFirst()
            let numbers = words.compactMap { Double($0) }
            guard numbers.count == 3 else { throw LabError("not the truth: \(words)") }
            return (numbers[0], numbers[1], numbers[2])
        }
    }

    private struct Watching {
        let interval: String
        /// Heartbeats between two samples.
        let beats: Double
        /// By how much the share of missed heartbeats may be off.
        let tolerance: Double
        let agent: RunningAgent

        init(_ interval: String, beats: Double, tolerance: Double, _ servers: [Beating], in namespace: LabNamespace)
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
        var servers: [Beating] = []
        for share in [0, 0.02, 0.10] { servers.append(try await Beating(share: share, in: namespace)) }
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
        var truths: [(written: Double, missed: Double, latest: Double)] = []
        for server in servers { truths.append(try await server.truth()) }
        for watching in watching {
            try await watching.agent.waitForSamples(2)
            let scrape = try watching.agent.scrape()
            for (server, truth) in zip(servers, truths) {
                let label = ["port": "\(server.port)"]
                let observed = try #require(scrape.value("heartbeats_observed_total", label))
                let missed = try #require(scrape.value("heartbeats_missed_total", label))
                let estimate = missed / (observed + missed)
                let share = truth.missed / (truth.written + truth.missed)
                print(
                    "heartbeats \(server.share), sampled every \(watching.interval): missed \(missed) of"
                        + " \(observed + missed) = \(estimate), in truth \(truth.missed) of"
                        + " \(truth.written + truth.missed) = \(share); written up to \(truth.latest) s late"
                )
                // Only what a connection wrote until its first sample may escape, or the ratio is one of something else.
                #expect(abs(observed - truth.written) <= (watching.beats + 1) * Double(Self.connections))
                #expect(abs(estimate - share) <= watching.tolerance)
                if server.share == 0 { #expect(missed == 0) }
            }
        }
    }
}
