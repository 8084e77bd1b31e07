import ArgumentParser
import Companion
import Glibc
import MetricsExport

/// Shows what a mapping extracts from a server's own numbers, before a configuration relies on it.
struct CompanionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companion",
        abstract: "Show what is extracted from a server's own numbers.",
        discussion: """
            Reads a URL or a file once and prints each value with the samples that it was taken from. Exits with 1 if \
            the URL cannot be fetched or the text is malformed, with 2 if a file cannot be read.
            """
    )

    @Option(help: ArgumentHelp("The address to fetch.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("A file to read instead; - is standard input.", valueName: "path"))
    var file: String?

    @Option(help: ArgumentHelp("\(CompanionPreset.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var preset = CompanionPreset.generic.name

    @Option(
        help: ArgumentHelp(
            "\(CompanionFormat.allCases.map(\.rawValue).joined(separator: ", ")). Default: the preset's.",
            valueName: "format"
        )
    )
    var format: String?

    @Option(help: ArgumentHelp("How long fetching may take.", valueName: "duration"))
    var timeout = "2s"

    @Flag(help: "Print every sample that was read instead, one NAME{LABELS} VALUE a line.")
    var all = false

    func run() async throws {
        let preset = try chosenPreset()
        let format = try chosenFormat() ?? preset.format
        let timeout = try chosenTimeout()
        let (source, response) =
            switch (url, file) {
            case (let url?, nil): try await fetch(url, timeout: timeout)
            case (nil, let file?): try read(file)
            default: throw misused("name either --url or --file")
            }

        let document: CompanionDocument
        do {
            document = try CompanionDocument(response.body, format: format, contentType: response.contentType)
        } catch {
            throw stopped(error.description(of: source), ExitCode(1))
        }
        if all {
            write(document.samples.map(\.line))
        } else {
            let findings = preset.mapping.findings(in: document)
            var tracker = CompanionTracker()
            let report = CompanionReport(findings: findings, reading: tracker.reading(of: findings, at: .zero))
            write(report.lines + report.refusals)
        }
    }
}

// MARK: - Choices

extension CompanionCommand {
    private func chosenPreset() throws -> CompanionPreset {
        do {
            return try CompanionPreset.named(preset)
        } catch {
            throw misused("--preset: \(error)")
        }
    }

    private func chosenFormat() throws -> CompanionFormat? {
        guard let format else { return nil }
        guard let chosen = CompanionFormat(rawValue: String(format.map { $0 == "_" ? "-" : $0 })) else {
            let known = CompanionFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw misused("--format: \"\(format)\" is not a format; there are \(known)")
        }
        return chosen
    }

    private func chosenTimeout() throws -> Duration {
        do {
            let duration = try DurationText.parse(timeout)
            guard CompanionConfiguration.timeoutRange.contains(duration) else {
                let range = CompanionConfiguration.timeoutRange
                let (least, most) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
                throw misused("--timeout: \(timeout) is out of range; \(least) to \(most) are possible")
            }
            return duration
        } catch let problem as DurationText.Problem {
            throw misused("--timeout: \(problem.message)")
        }
    }
}

// MARK: - Sources

extension CompanionCommand {
    private func fetch(_ text: String, timeout: Duration) async throws -> (String, CompanionResponse) {
        let url: CompanionURL
        do {
            url = try CompanionURL(text)
        } catch {
            throw misused("--url: \(error)")
        }
        let client = CompanionClient()
        do {
            let response = try await client.fetch(url, timeout: timeout)
            await client.shutdown()
            return (url.description, response)
        } catch {
            await client.shutdown()
            throw stopped(error.message, ExitCode(1))
        }
    }

    /// A file has no content type, so the preset, `--format` or its look decides how it is read.
    private func read(_ path: String) throws -> (String, CompanionResponse) {
        let source = path == "-" ? "standard input" : path
        do throws(BoundedFile.Problem) {
            let bytes = try BoundedFile.read(path, limit: CompanionClient.defaultSizeLimit)
            return (source, CompanionResponse(body: bytes, contentType: nil, duration: .zero))
        } catch {
            throw stopped("\(source): \(error.message)", ExitCode(2))
        }
    }
}

/// Reads a file, or standard input for `-`. The corresponding C functions are `open` and `read`.
private enum BoundedFile {
    struct Problem: Error {
        var message: String
    }

    static func read(_ path: String, limit: Int) throws(Problem) -> [UInt8] {
        let descriptor = try path == "-" ? STDIN_FILENO : retrying { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try retrying { Glibc.read(descriptor, &chunk, chunk.count) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit { throw Problem(message: "larger than \(limit) bytes, the limit") }
        }
    }

    private static func retrying<Result: FixedWidthInteger>(_ body: () -> Result) throws(Problem) -> Result {
        while true {
            let result = body()
            if result >= 0 { return result }
            switch errno {
            case EINTR: continue
            case ENOENT: throw Problem(message: "no such file; check the path")
            case EACCES: throw Problem(message: "no permission to read it")
            case EISDIR: throw Problem(message: "is a directory; name the file in it")
            default: throw Problem(message: "cannot read it: \(String(cString: strerror(errno)))")
            }
        }
    }
}

// MARK: - Output

extension CompanionCommand {
    private func write(_ lines: [String]) {
        // One write for all: with --all there may be a hundred thousand lines.
        if !lines.isEmpty { print(lines.joined(separator: "\n")) }
    }

    /// Says on standard error what went wrong and gives the code to end with.
    private func stopped(_ message: String, _ code: ExitCode) -> ExitCode {
        var standardError = StandardError()
        print(message, to: &standardError)
        return code
    }

    private func misused(_ message: String) -> ExitCode {
        stopped("\(message); see `sse-sockwatch help companion`", ExitCode(2))
    }
}

private struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }
}
