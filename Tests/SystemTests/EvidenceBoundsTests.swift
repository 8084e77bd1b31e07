import Glibc
import NetworkLab
import Testing

@Suite("Evidence: more connections than are to be followed", .networkNamespaces, .serialized)
struct EvidenceBoundsTests {
    private static let count = 4000

    private static func configuration(sampleAbove: Int = 200_000, limit: Int) -> String {
        """
        sampling: { interval: 500ms, cpu_budget: 100% }
        evidence: { sample_above: \(sampleAbove), tracked_sockets_limit: \(limit) }

        """
    }

    private static func crowd(_ port: UInt16, in namespace: LabNamespace) async throws -> LabProcess {
        let crowd = try LabScript.crowd.start(in: namespace, "\(port)", "\(count)", "1000")
        try await crowd.waitForLine(containing: "connected \(count)", within: .seconds(60))
        return crowd
    }

    @Test("those beyond the limit are counted by state, told, and followed once a reload makes room", .server(.hold))
    func overflow() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.hold.start(in: namespace)
        let crowd = try await Self.crowd(server.port, in: namespace)
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: Self.configuration(limit: 1000),
            "--port",
            "\(server.port)"
        )
        let state = ["port": "\(server.port)", "state": "established"]
        let full = try agent.scrape()
        print("limit 1000:", ["tracked_sockets", "untracked_sockets"].map { "\($0) \(full.value($0) ?? .nan)" })
        #expect(full.value("tcp_sockets", state) == Double(Self.count))
        #expect(full.value("tracked_sockets") == 1000)
        #expect(full.value("tracked_sockets_limit") == 1000)
        #expect(full.value("untracked_sockets") == Double(Self.count - 1000))
        let page = try agent.get("/")
        #expect(page.text.contains("3000 connections are not followed, since the limit of 1000 is reached"))

        try agent.configuration?.replace(with: Self.configuration(limit: 10_000))
        try agent.process.signal(SIGHUP)
        let roomy = try await eventually("all are followed") {
            try agent.scrape()
        } until: {
            $0.value("tracked_sockets") == Double(Self.count)
        }
        #expect(roomy.value("tracked_sockets_limit") == 10_000)
        #expect(roomy.value("untracked_sockets") == 0)

        try agent.configuration?.replace(with: Self.configuration(limit: 100))
        try agent.process.signal(SIGHUP)
        try await eventually("the limit is lower") { try agent.scrape().value("tracked_sockets_limit") == 100 }
        let lowered = try agent.scrape()
        #expect(lowered.value("tracked_sockets") == Double(Self.count), "nothing is thrown away")
        #expect(lowered.value("untracked_sockets") == 0)
        for name in ["opened", "closed"] {
            #expect(lowered.value("tcp_connections_\(name)_total", ["port": "\(server.port)"]) == 0)
        }
        withExtendedLifetime(crowd) {}
    }

    @Test("of a port with too many a share is followed, exported, and scaled to all", .server(.hold))
    func share() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.hold.start(in: namespace)
        let label = ["port": "\(server.port)"]
        let crowd = try await Self.crowd(server.port, in: namespace)
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: Self.configuration(sampleAbove: 1500, limit: 100_000),
            "--port",
            "\(server.port)"
        )
        // The first sample knows of no share yet, and those outside of it are forgotten after two more.
        let sampled = try await eventually("a share is followed") {
            try agent.scrape()
        } until: {
            try #require($0.value("tracked_sockets")) < Double(Self.count)
        }
        let tracked = try #require(sampled.value("tracked_sockets"))
        let blind = try #require(sampled.value("tcp_blind_sockets", label))
        print("4000 connections, sample_above 1500: \(tracked) tracked, \(blind) blind")
        #expect(sampled.value("evidence_share_ratio", label) == 0.25)
        #expect(abs(tracked - 1000) < 100)
        #expect(blind == 4 * tracked, "every one is blind: no heartbeat, no keepalive")
        #expect(sampled.value("untracked_sockets") == 0)
        #expect(try agent.get("/").text.contains("Of its connections 1 in 4 is followed"))

        // Leaks are followed to the last socket, and ends are counted to the last one.
        try crowd.signal(SIGUSR1)
        try await crowd.waitForLine(containing: "left 1000")
        try await eventually("all 1000 have entered CLOSE_WAIT") {
            try agent.scrape().value("tcp_close_wait_entered_total", label) == 1000
        }

        try agent.configuration?.replace(with: Self.configuration(limit: 100_000))
        try agent.process.signal(SIGHUP)
        let all = try await eventually("all are followed") {
            try agent.scrape()
        } until: {
            $0.value("tracked_sockets") == Double(Self.count)
        }
        #expect(all.value("evidence_share_ratio", label) == 1)
        #expect(all.value("tcp_blind_sockets", label) == Double(Self.count - 1000))
        for name in ["opened", "closed"] { #expect(all.value("tcp_connections_\(name)_total", label) == 0) }

        try crowd.signal(SIGKILL)
        try server.process.signal(SIGKILL)
        try await eventually("all have ended", within: .seconds(20), every: .milliseconds(100)) {
            try agent.scrape().value("tcp_connections_closed_total", label) == Double(Self.count)
        }
    }
}
