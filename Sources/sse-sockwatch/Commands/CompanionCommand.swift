import ArgumentParser
import Companion
import HostSystem
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

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp("Who may sign the server's certificate, as PEM. Default: the system's.", valueName: "path")
    )
    var authorityFile: String?

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
            throw CommandFailure(error.description(of: source), status: ExitStatus.finding)
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
        do {
            return try format.map(CompanionFormat.named)
        } catch {
            throw misused("--format: \(error)")
        }
    }

    private func chosenAuthorities() throws -> CompanionAuthorities? {
        guard let authorityFile else { return nil }
        do throws(ConfigurationProblem) {
            return CompanionAuthorities(pem: try AuthorityFile.open(authorityFile))
        } catch {
            throw CommandFailure("\(authorityFile): \(error.message)")
        }
    }

    private func chosenTimeout() throws -> Duration {
        do {
            return try DurationText.parse(timeout, in: CompanionConfiguration.timeoutRange)
        } catch {
            throw misused("--timeout: \(error.message)")
        }
    }
}

// MARK: - Reading and writing

extension CompanionCommand {
    private func fetch(_ text: String, timeout: Duration) async throws -> (String, CompanionResponse) {
        let url: CompanionURL
        do {
            url = try CompanionURL(text)
        } catch {
            throw misused("--url: \(error)")
        }
        let authorities = try chosenAuthorities()
        let client = CompanionClient()
        do {
            let response = try await client.fetch(url, authorities: authorities, timeout: timeout)
            await client.shutdown()
            return (url.description, response)
        } catch {
            await client.shutdown()
            throw CommandFailure(error.message, status: ExitStatus.finding)
        }
    }

    /// A file has no content type, so the preset, `--format` or its look decides how it is read.
    private func read(_ path: String) throws -> (String, CompanionResponse) {
        let source = path == "-" ? "standard input" : path
        let limit = CompanionClient.defaultSizeLimit
        let bytes: [UInt8]
        do {
            // One byte more than allowed tells a file that is too large from one that just fits.
            bytes =
                try path == "-" ? WholeFile.readStandardInput(upTo: limit + 1) : WholeFile.read(path, upTo: limit + 1)
        } catch {
            throw CommandFailure("\(source): \(error.advice)")
        }
        guard bytes.count <= limit else { throw CommandFailure("\(source): larger than \(limit) bytes, the limit") }
        return (source, CompanionResponse(body: bytes, contentType: nil, duration: .zero))
    }

    private func write(_ lines: [String]) {
        // One write for all: with --all there may be a hundred thousand lines.
        if !lines.isEmpty { Terminal.print(lines.joined(separator: "\n")) }
    }

    private func misused(_ message: String) -> CommandFailure {
        CommandFailure("\(message); see `sse-sockwatch help companion`")
    }
}
