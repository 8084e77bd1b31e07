import NetworkLab
import Testing

/// Servers that leave out heartbeats, watched by two agents: at half their heartbeat and at five times it.
struct EvidenceBeatsWatch {
    private struct Watching {
        let interval: String
        /// Heartbeats between two samples.
        let beats: Double
        /// By how much the share of missed heartbeats may be off.
        let tolerance: Double
        let agent: RunningAgent
    }

    /// To each server.
    static let connections = 100

    private let ports: [UInt16]
    private let watching: [Watching]

    init(_ servers: [EvidenceBeats], in namespace: LabNamespace) async throws {
        ports = servers.map(\.port)
        var watching: [Watching] = []
        for (interval, beats, tolerance) in [("100ms", 0.5, 0.003), ("1s", 5, 0.005)] {
            let agent = try await RunningAgent.start(
                in: namespace,
                configuration: """
                    sampling: { interval: \(interval), cpu_budget: 100% }
                    defaults: { heartbeat_interval: 200ms }
                    watch: [{ ports: [\(ports.map { "\($0)" }.joined(separator: ", "))] }]

                    """
            )
            watching.append(Watching(interval: interval, beats: beats, tolerance: tolerance, agent: agent))
        }
        self.watching = watching
    }

    /// Connects readers to all, and waits until all are connected.
    static func read(_ servers: [EvidenceBeats], _ host: String = "127.0.0.1", in namespace: LabNamespace) async throws
        -> LabProcess
    {
        let readers = try LabScript.readers.start(
            in: namespace,
            [host, "\(connections)"] + servers.map(\.readersPort)
        )
        try await readers.waitForLine(containing: "connected \(servers.count * connections)", within: .seconds(30))
        return readers
    }

    /// Waits until so many heartbeats have been observed of each server.
    func waitForBeats(_ count: Double) async throws {
        try await eventually("\(count) heartbeats", within: .seconds(90), every: .milliseconds(500)) {
            let scrape = try watching[0].agent.scrape()
            return ports.map { scrape.value("heartbeats_observed_total", ["port": "\($0)"]) ?? 0 }
        } until: {
            $0.allSatisfy { $0 >= count }
        }
    }

    /// Waits until this is true of each port, by both agents.
    func waitFor(_ metric: String, _ labels: [String: String], _ isRight: (Double) -> Bool) async throws {
        for watching in watching {
            for port in ports {
                let labels = labels.merging(["port": "\(port)"]) { old, _ in old }
                try await eventually("\(metric) \(labels)", within: .seconds(30), every: .milliseconds(200)) {
                    try #require(try watching.agent.scrape().value(metric, labels))
                } until: {
                    isRight($0)
                }
            }
        }
    }

    /// Waits until all that was written has been seen.
    func waitForSamples() async throws {
        for watching in watching { try await watching.agent.waitForSamples(2) }
    }

    /// Plays a scene, and once more if a server was late by more than a fifth of its interval: what was held up, as by a
    /// machine that stood still, does not do what the scene is about. The third time counts whatever the servers were.
    static func play(_ scene: () async throws -> (truths: [EvidenceBeats.Truth], compare: () throws -> Void))
        async throws
    {
        for attempt in 1...3 {
            let played = try await scene()
            let latest = played.truths.map(\.latest).max() ?? 0
            if attempt == 3 || latest <= EvidenceBeats.interval / 5 { return try played.compare() }
            print("the servers were held up, by up to \(latest) s: once more")
        }
    }

    /// Prints what was found and what is true, and compares.
    ///
    /// - Parameter isWhole: whether all heartbeats can be told, so that about as many must have been.
    func compare(
        _ scene: String,
        _ servers: [EvidenceBeats],
        _ truths: [EvidenceBeats.Truth],
        isWhole: Bool
    ) throws {
        for watching in watching {
            let scrape = try watching.agent.scrape()
            for (server, truth) in zip(servers, truths) {
                let label = ["port": "\(server.port)"]
                let observed = try #require(scrape.value("heartbeats_observed_total", label))
                let missed = try #require(scrape.value("heartbeats_missed_total", label))
                let estimate = missed / (observed + missed)
                print(
                    "\(scene): \(server.kind), \(server.events) events/s, every \(watching.interval):",
                    "missed \(missed) of \(observed + missed) = \(Self.percent(estimate)), in truth \(truth.missed) of"
                        + " \(truth.written + truth.missed) = \(Self.percent(truth.share));",
                    "written up to \(truth.latest) s late"
                )
                #expect(abs(estimate - truth.share) <= watching.tolerance)
                if server.share == 0 { #expect(missed == 0) }
                // Only what a connection wrote until its first sample may escape, or the ratio is one of something else.
                let escaped = abs(observed - truth.written)
                #expect(!isWhole || escaped <= (watching.beats + 1) * Double(Self.connections))
                #expect(observed >= truth.written / 5)
            }
        }
    }

    private static func percent(_ ratio: Double) -> String { "\((ratio * 100_000).rounded() / 1000) %" }
}
