import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("Faults: signals, restarts, descriptors", .networkNamespaces, .serialized, .timeLimit(.minutes(3)))
struct LifecycleFaultTests {
    @Test("ten thousand reload signals leave the agent as it was, and the last configuration is taken")
    func reloads() async throws {
        let lab = try await FaultLab(in: try LabNamespace())
        for _ in 0..<10_000 { try lab.agent.process.signal(SIGHUP) }
        try await lab.churnOnce()
        let file = try #require(lab.agent.configuration)
        try file.replace(with: FaultLab.configuration(port: lab.port, ["{ ports: [9] }"]))
        try lab.agent.process.signal(SIGHUP)
        let scrape = try await eventually("the last one is taken", within: .seconds(60), every: .milliseconds(50)) {
            try lab.agent.scrape()
        } until: {
            $0.ports == [lab.port, 9]
        }
        #expect(scrape.value("config_last_reload_successful") == 1)
        try await lab.checkNothingIsLeft(of: "10,000 reload signals")
    }

    @Test("a configuration that is broken at reload, in every way that a file can be, changes nothing")
    func brokenReload() async throws {
        let lab = try await FaultLab(in: try LabNamespace())
        let file = try #require(lab.agent.configuration)
        let good = FaultLab.configuration(port: lab.port)
        for text in ["watch: [", "watch: [{ ports: 80800 }]", "\u{0}", "surprise: 1", "&a [*a, *a]"] {
            try file.replace(with: text)
            try lab.agent.process.signal(SIGHUP)
            try await eventually("it is refused: \(text)") {
                try lab.agent.scrape().value("config_last_reload_successful") == 0
            }
            #expect(try lab.agent.scrape().ports == [lab.port])
            try file.replace(with: good)
            try lab.agent.process.signal(SIGHUP)
            try await eventually("the good one is taken") {
                try lab.agent.scrape().value("config_last_reload_successful") == 1
            }
        }
        try await lab.checkNothingIsLeft(of: "broken configurations")
    }

    @Test("an agent that was killed comes back on its port, and the ages of CLOSE_WAIT sockets go on")
    func killed() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let first = try await RunningAgent.watching(port, in: namespace)
        let pair = try namespace.connection(through: listener)
        try pair.client.shutdownWriting()
        let scraper = try namespace.connect(to: first.endpoint)
        try scraper.write("GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
        try scraper.readUntil("sse_sockwatch_build_info")
        let before = try await eventually("the socket is stuck", every: .milliseconds(100)) {
            try first.reading(of: port)
        } until: {
            $0.stuckUnclosed == 1
        }
        try first.process.signal(SIGKILL)
        #expect(try await first.process.waitForEnd() == .killed(signal: SIGKILL))

        let second = try await RunningAgent.start(
            in: namespace,
            port: first.endpoint.port,
            "--port",
            "\(port)"
        )
        let after = try second.reading(of: port)
        #expect(after.stuckUnclosed == 1, "stuck from the first sample on")
        #expect(after.oldestAge >= before.oldestAge)
        #expect(after.entered == 1)
        let own = try SsOutput(of: namespace).connections(onPort: second.endpoint.port)
        #expect(own.allSatisfy { $0.state != "CLOSE-WAIT" })
        scraper.close()
    }

    @Test("without a descriptor left it goes on sampling and keeps its scraper; with some again it takes new clients")
    func descriptorsExhausted() async throws {
        let namespace = try LabNamespace()
        let lab = try await FaultLab(
            in: namespace,
            watching: ["{ ports: [9], companion: { url: \"http://127.0.0.1:9/\" } }"]
        )
        let kept = try namespace.connect(to: lab.agent.endpoint)
        func scrapeOnKept() throws -> Double {
            try kept.write("GET /metrics HTTP/1.1\r\nHost: test\r\nAccept: application/openmetrics-text\r\n\r\n")
            let text = try kept.readUntil("# EOF\n")
            let line = text.split(separator: "\n").first { $0.hasPrefix("sse_sockwatch_samples_total ") }
            return try #require(line?.split(separator: " ").last.flatMap { Double($0) })
        }
        _ = try scrapeOnKept()
        let process = "\(lab.agent.process.identifier)"
        let limits = try namespace.run(
            "prlimit",
            "--pid",
            process,
            "--nofile",
            "--noheadings",
            "--output",
            "SOFT,HARD"
        )
        .split { $0 == " " || $0 == "\n" }
        // Not a number above those in use: the lowest that is free is below it.
        try namespace.run("prlimit", "--pid", process, "--nofile=8:\(limits[1])")
        let refused = try namespace.connect(to: lab.agent.endpoint)
        try refused.write("GET /-/healthy HTTP/1.1\r\nHost: test\r\n\r\n")
        try await lab.churnOnce()
        let samples = try scrapeOnKept()
        try await eventually("samples go on") { try scrapeOnKept() > samples + 5 }
        try lab.agent.process.signal(SIGHUP)
        try await lab.agent.process.waitForLine(containing: "was not reloaded", in: .errors)
        let connections = try SsOutput(of: namespace, isExtended: true).connections(onPort: lab.agent.endpoint.port)
        #expect(connections.count { $0.state == "ESTAB" && !$0.isAccepted } == 1, "it waits for the descriptor")

        try namespace.run("prlimit", "--pid", process, "--nofile=\(limits[0]):\(limits[1])")
        try refused.readUntil("is healthy")
        refused.close()
        kept.close()
        try await lab.checkNothingIsLeft(of: "no descriptors")
    }

    @Test("with fewer descriptors than clients and namespaces ask for it shares them out, and always has some left")
    func fewDescriptors() async throws {
        let limit = 128
        let namespace = try LabNamespace()
        let others = try (0..<40).map { _ in try LabNamespace() }
        let lab = try await FaultLab(
            in: namespace,
            by: ["prlimit", "--nofile=\(limit):\(limit)"],
            configuration: "network_namespaces: [all]\n"
        )
        let agent = lab.agent
        func namespaces(_ outcome: String) throws -> Double? {
            try agent.scrape().value("network_namespaces", ["outcome": outcome])
        }
        let kept = try namespace.connect(to: agent.endpoint)
        let crowd = try (0..<60).map { _ in try namespace.connect(to: agent.endpoint) }
        let before = try #require(try agent.scrape().value("samples_total"))
        var most = 0
        try await eventually("samples go on") {
            most = max(most, agent.descriptors)
            return try agent.scrape().value("samples_total")
        } until: {
            $0.map { $0 > before + 5 } == true
        }
        #expect(most > 60 && most < limit - 16)
        let sampled = try #require(try namespaces("sampled"))
        #expect(sampled > 10 && sampled < 40)
        #expect(try namespaces("missing").map { $0 > 0 } == true)
        #expect(agent.process.standardError.contains("Too many open files"))
        try await lab.churnOnce()

        for client in crowd + [kept] { client.close() }
        for other in others[..<30] { try other.remove() }
        try await eventually("the others get what has become free", within: .seconds(20)) {
            try namespaces("missing") == 0
        }
        let log = agent.process.standardError.split(separator: "\n")
        for other in others[30...] {
            let line = log.first { $0.contains("msg=\"watching a network namespace\"") && $0.contains(other.name) }
            #expect(line != nil, "\(other.name)")
        }
        #expect(agent.descriptors < most)
        try await lab.checkNothingIsLeft(of: "few descriptors")
    }
}
