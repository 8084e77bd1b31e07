import NetworkLab
import Testing

/// The program with a web configuration, asked by curl.
struct SecuredAgent: Sendable {
    let process: LabProcess
    let url: String

    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    struct Answer: Sendable {
        /// curl's own: 0 when there was an answer at all.
        let ending: ProcessEnding
        let status: Int
        let headers: [String]
        let body: String
        let errors: String

        var isAnswer: Bool { ending == .exited(0) }
    }

    static func start(_ configuration: String, _ arguments: String...) async throws -> SecuredAgent {
        let process = try LabProcess(
            BuiltProgram.path,
            ["run", "--port", "47", "--web.config.file", configuration, "--web.listen-address", "127.0.0.1:0"]
                + arguments
        )
        let line = try await process.waitForLine(containing: "msg=listening", in: .errors)
        let field = try #require(line.split(separator: " ").first { $0.hasPrefix("url=") })
        return SecuredAgent(process: process, url: String(field.dropFirst(4)).filter { $0 != "\"" })
    }

    func get(_ path: String, _ arguments: String...) async throws -> Answer {
        try await Self.curl(["\(url)\(path)"] + arguments)
    }

    /// curl's answer, headers first.
    static func curl(_ arguments: [String]) async throws -> Answer {
        let curl = try LabProcess("curl", ["-sS", "-i", "--max-time", "20"] + arguments)
        let ending = try await curl.waitForEnd(within: .seconds(30))
        let text = curl.standardOutput.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let headers = (text.first ?? "").split(separator: "\r\n").map(String.init)
        let words = headers.first?.split(separator: " ") ?? []
        return Answer(
            ending: ending,
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0,
            headers: headers,
            body: text.count > 1 ? String(text[1]) : "",
            errors: curl.standardError
        )
    }
}
