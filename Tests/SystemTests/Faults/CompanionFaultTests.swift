import Glibc
import NetworkLab
import Testing

@Suite("Faults: companions", .networkNamespaces, .serialized, .timeLimit(.minutes(3)))
struct CompanionFaultTests {
    @Test("a companion that misbehaves is down, in time, and nothing else of the agent is touched")
    func companions() async throws {
        let namespace = try LabNamespace()
        let folder = try LabFolder()
        let servers = try LabScript.troubles.start(in: namespace, folder.path)
        try await servers.waitForLine(containing: "ready", within: .seconds(30))
        let kinds = servers.standardOutput.split(separator: "\n").compactMap { line -> (kind: String, port: String)? in
            let words = line.split(separator: " ").map(String.init)
            return words.count == 2 ? (words[0], words[1]) : nil
        }
        #expect(kinds.count == 14)
        let watched = kinds.map { kind, port in
            let isEncrypted = kind == "broken-tls" || kind == "expired"
            let url = "\(isEncrypted ? "https" : "http")://127.0.0.1:\(port)/metrics"
            return "{ ports: [\(port)], name: \(kind), companion: { url: \"\(url)\", timeout: 500ms } }"
        }
        let noName = "{ ports: [9], name: no-name, companion: { url: \"http://no.invalid/\", timeout: 500ms } }"
        let lab = try await FaultLab(in: namespace, watching: watched + [noName])

        let up = try await eventually("all have been asked", within: .seconds(20)) {
            try lab.agent.scrape()
        } until: {
            $0.all("companion_up").count == kinds.count + 1
        }
        for (kind, port) in kinds + [("no-name", "9")] {
            // The one that is only old-fashioned is as good as any.
            #expect(up.value("companion_up", ["port": port]) == (kind == "http10" ? 1 : 0), "\(kind)")
            #expect((up.value("companion_active_connections", ["port": port]) != nil) == (kind == "http10"), "\(kind)")
            let seconds = try #require(up.value("companion_scrape_duration_seconds", ["port": port]))
            #expect(seconds < 2, "\(kind)")
        }
        try await lab.churnOnce()
        // They have been asked again and again before the agent is looked at.
        try await lab.agent.waitForSamples(25)
        try await lab.checkNothingIsLeft(of: "companions of 15 kinds")
    }
}
