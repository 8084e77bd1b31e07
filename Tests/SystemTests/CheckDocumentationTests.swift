import NetworkLab
import Testing

@testable import sse_sockwatch

/// The examples of docs/check.md, run or read as they stand there.
@Suite("The documentation of the gate", .networkNamespaces, .serialized)
struct CheckDocumentationTests {
    private static let root = "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    private let text: String

    init() throws {
        text = String(decoding: try ConfigurationFile.read("\(Self.root)/docs/check.md"), as: UTF8.self)
    }

    private func block(_ language: String) throws -> String {
        let rest = try #require(text.components(after: "```\(language)\n"))
        return try #require(rest.components(before: "```"))
    }

    @Test(
        "shows a shell script that lets a healthy server pass, and stops one that leaks",
        .server(.streamAsyncio),
        .server(.leakThread),
        arguments: [LabServer.streamAsyncio, .leakThread]
    )
    func shell(server: LabServer) async throws {
        let namespace = try LabNamespace()
        let running = try await server.start(in: namespace, port: 8080)
        for _ in 0..<6 { try server.visit(at: running.endpoint, in: namespace).close() }
        let folder = String(try namespace.run("mktemp", "-d").dropLast())
        defer { _ = try? namespace.run("rm", "-r", folder) }
        let script = try LabFile(try block("sh"))
        let load = "exec python3 \(Self.root)/Tests/NetworkLab/Servers/readers.py 127.0.0.1 3 8080"
        let process = try LabProcess(
            "bash",
            [
                "-c",
                """
                cd '\(folder)'
                ln -s '\(BuiltProgram.path)' sse-sockwatch
                echo 'exit 0' > deploy-to-staging
                echo '\(load)' > load-test
                chmod +x deploy-to-staging load-test
                PATH=$PWD:$PATH WATCH=2s exec bash '\(script.path)'
                """,
            ],
            in: namespace
        )
        let ending = try await process.waitForEnd(within: .seconds(20))
        print("\(process.standardOutput)\(process.standardError)")
        #expect(ending == .exited(server == .leakThread ? 1 : 0))
        let rules = try LabScript.junitRules.start(in: namespace, "\(folder)/sse-sockwatch.xml")
        #expect(try await rules.waitForEnd() == .exited(0), "\(rules.standardError)")
        let closeWait = rules.standardOutput.split(separator: "\n").first { $0.contains("max-close-wait") }
        #expect(
            closeWait?.hasPrefix(
                "port 8080 orders: max-close-wait: "
                    + (server == .leakThread ? "failure: measured 6, allowed at most 5" : "ok")
            ) == true
        )
    }

    @Test("shows a workflow that is YAML, with commands that the shell and the program take")
    func workflow() async throws {
        let root = try #require(try YAMLNode.parse(Array(try block("yaml").utf8)).root)
        let steps = try #require(root["jobs"]?["leaks"]?["steps"]?.elements)
        #expect(root["on"] != nil && root["jobs"]?["leaks"]?["runs-on"]?.scalar == "ubuntu-latest")
        #expect(steps.allSatisfy { ($0["uses"] == nil) != ($0["run"] == nil) })
        let namespace = try LabNamespace()
        for command in steps.compactMap({ $0["run"]?.scalar }) {
            let file = try LabFile(command)
            try withExtendedLifetime(file) { _ = try namespace.run("bash", "-n", file.path) }
        }
        let watching = try #require(steps.compactMap { $0["run"]?.scalar }.first { $0.contains("sse-sockwatch check") })
        let configuration = try #require(watching.components(after: "<<'END'\n")?.components(before: "END\n"))
        let watches = try AgentConfiguration.parse(
            Array(configuration.utf8),
            file: "sse-sockwatch.yml",
            opening: AuthorityFile.open
        ).watches
        #expect(watches.first?.companion != nil && watches.first?.settings.heartbeatInterval == .seconds(15))
        // A report that cannot be written is noticed when all else has been taken, and before the watching begins.
        let file = try LabFile(configuration)
        let words = try #require(watching.components(after: "sse-sockwatch check ")).split { " \\\n".contains($0) }
            .map { $0 == "sse-sockwatch.yml" ? file.path : String($0) }
        let program = try LabProcess(BuiltProgram.path, ["check"] + words + ["--junit=/nonexistent/x"], in: namespace)
        #expect(try await program.waitForEnd() == .exited(2))
        #expect(
            program.standardError == "sse-sockwatch: /nonexistent/x: cannot write there: No such file or directory\n"
        )
    }

    @Test("names every flag of the command")
    func flags() async throws {
        let program = try LabProcess(BuiltProgram.path, ["check", "--help"])
        try await program.waitForEnd()
        let flags = program.standardOutput.split { !($0.isLetter || "-.".contains($0)) }.filter { $0.hasPrefix("--") }
        #expect(flags.count > 12)
        for flag in flags where !["--log.", "--help", "--version", "--collector."].contains(where: flag.hasPrefix) {
            let isNamed = text.contains(flag) || text.contains(flag.dropFirst("--no-collector".count))
            #expect(isNamed, "\(flag) is not documented")
        }
    }
}

extension String {
    fileprivate func components(after mark: String) -> String? {
        split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first.map { String($0) }
    }

    fileprivate func components(before mark: String) -> String? {
        contains(mark)
            ? split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false).first.map { String($0) } : nil
    }
}

extension YAMLNode {
    fileprivate subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    fileprivate var elements: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    fileprivate var scalar: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }
}
