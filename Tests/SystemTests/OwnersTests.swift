import FoundationEssentials
import Glibc
import NetworkLab
import Testing

@Suite("The processes that hold a port's connections, asked of the agent", .networkNamespaces, .serialized)
struct OwnersTests {
    private struct Answer: Decodable {
        struct Process: Decodable, Hashable {
            let pid: Int32
            let command: String
            let services: [String]
            let tcpSockets: [String: Int]
        }

        struct Unknown: Decodable {
            let tcpSockets: [String: Int]
        }

        let port: UInt16
        let lookedAt: String
        let processes: [Process]
        let unknown: Unknown?
        let unheld: [String: Int]?
        let scans: Int
    }

    private static func ask(_ agent: RunningAgent, _ query: String) throws -> Answer {
        let answer = try agent.get("/api/v1/owners?\(query)")
        guard answer.status == 200 else { throw LabError("\(answer.status): \(answer.text)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Answer.self, from: Data(answer.text.utf8))
    }

    @Test("are the one that leaks, with its number, and a second answer takes no second search", .server(.leakThread))
    func leak() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.leakThread.start(in: namespace)
        let agent = try await RunningAgent.watching(server.port, in: namespace)
        let staying = try LabServer.leakThread.visit(at: server.endpoint, in: namespace)
        for _ in 0..<6 { try LabServer.leakThread.visit(at: server.endpoint, in: namespace).close() }
        let page = try await eventually("the page leads there", every: .milliseconds(100)) {
            try agent.get("/").text
        } until: {
            $0.contains("/api/v1/owners?port=\(server.port)&amp;state=close_wait")
        }
        #expect(page.contains("Which process holds them?"))

        let first = try Self.ask(agent, "port=\(server.port)&state=CLOSE_WAIT")
        let process = try #require(first.processes.first)
        #expect(first.processes.count == 1 && first.unknown == nil && first.unheld == nil)
        #expect(process.pid == server.process.identifier && process.command.hasPrefix("python"))
        #expect(process.tcpSockets == ["close_wait": 6])
        #expect(first.scans == 1)

        let later = try await eventually("the kernel is asked again", every: .milliseconds(100)) {
            try Self.ask(agent, "port=\(server.port)&state=CLOSE_WAIT")
        } until: {
            $0.lookedAt != first.lookedAt
        }
        #expect(later.processes == first.processes)
        #expect(later.scans == 1, "what is remembered was still true")
        print("processes were searched \(later.scans) time for two looks, at \(first.lookedAt) and \(later.lookedAt)")

        let all = try Self.ask(agent, "port=\(server.port)")
        #expect(all.processes.map(\.tcpSockets) == [["close_wait": 6, "established": 1, "listen": 1]])

        try server.process.signal(SIGKILL)
        try await eventually("nobody holds them any more", every: .milliseconds(100)) {
            try Self.ask(agent, "port=\(server.port)&state=close_wait").processes.isEmpty
        }
        staying.close()
    }

    @Test("are nobody for connections that were never accepted")
    func unaccepted() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.watching(port, in: namespace)
        for _ in 0..<3 { try namespace.connect(to: try listener.local).close() }
        let answer = try await eventually("three wait", every: .milliseconds(100)) {
            try Self.ask(agent, "port=\(port)&state=close_wait")
        } until: {
            $0.unheld == ["close_wait": 3]
        }
        #expect(answer.processes.isEmpty && answer.unknown == nil)
    }

    @Test("are not looked for on ports that are not watched, nor with --no-collector.owners")
    func refused() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.watching(port, in: namespace)
        #expect(try agent.get("/api/v1/owners?port=1").status == 404)
        #expect(try agent.get("/api/v1/owners").status == 400)
        #expect(try agent.get("/api/v1/owners?port=\(port)&state=closing-soon").status == 400)
        let silent = try await RunningAgent.start(in: namespace, "--no-collector.owners", "--port", "\(port)")
        #expect(try silent.get("/api/v1/owners?port=\(port)").status == 404)
        listener.close()
    }

    @Test("are looked for once, however many ask at once")
    func together() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let agent = try await RunningAgent.watching(port, in: namespace)
        let looks = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try Self.ask(agent, "port=\(port)").lookedAt } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(looks.count <= 2, "a second one when a second has passed meanwhile")
        listener.close()
    }
}
