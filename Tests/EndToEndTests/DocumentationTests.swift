import MetricsExport
import NetworkLab
import Testing

@testable import sse_sockwatch

@Suite("The reference of metrics")
struct MetricsReferenceTests {
    @Test("docs/metrics.md is what the program prints")
    func isCurrent() async throws {
        let program = try LabProcess(BuiltProgram.path, ["metrics-reference"])
        #expect(try await program.waitForEnd() == .exited(0))
        let isCurrent = try Repository.text(of: "docs/metrics.md") == program.standardOutput
        #expect(isCurrent, "docs/metrics.md is old; make it anew: scripts/run metrics-reference > docs/metrics.md")
    }

    @Test("every metric of the catalogue can be written in both formats, under a name of its own")
    func catalogue() throws {
        for metric in MetricCatalogue.all { #expect(throws: Never.self) { try metric.validate() } }
        #expect(Set(MetricCatalogue.all.map(\.name)).count == MetricCatalogue.all.count)
    }

    @Test("every metric of the catalogue is on the page")
    func isComplete() throws {
        let page = try Repository.text(of: "docs/metrics.md")
        for metric in MetricCatalogue.all { #expect(page.contains("| `\(metric.sampleName)` |")) }
        for label in MetricCatalogue.all.flatMap(\.labels) {
            #expect(page.contains("\n| `\(label)` |") && !page.contains("\n| `\(label)` |  |"), "\(label)")
        }
    }
}

extension EndToEnd {
    @Suite("Names in documents")
    struct NamedMetricsTests {
        /// The names of all samples that the agents offer.
        private let offered: Set<String>

        init() throws {
            offered = Set(try AgentsTrait.agents.all.flatMap { try $0.scrape().samples.map(\.name) })
        }

        @Test("every metric of the catalogue is offered by an agent")
        func catalogue() {
            for metric in MetricCatalogue.all {
                let sample = metric.kind == .histogram ? metric.name + "_bucket" : metric.sampleName
                #expect(offered.contains(sample), "\(sample)")
            }
        }

        @Test("every metric that a rule, a dashboard or a document names is offered by an agent")
        func names() throws {
            let files =
                try Repository.files(in: ".", endingIn: "README.md") + Repository.files(in: "docs", endingIn: ".md")
                + Repository.files(in: "alerts", endingIn: ".rules.yml")
                + Repository.files(in: "alerts/tests", endingIn: ".yml")
                + Repository.files(in: "docs/runbooks", endingIn: ".md")
            var texts = try files.map { ($0, try Repository.text(of: $0)) }
            // Not the file's text: line feeds in its queries are escaped.
            texts += try Dashboard.load().queries.map { ("the dashboard", $0) }
            var named: Set<String> = []
            for (file, text) in texts {
                // Elsewhere such words are a server's own metrics as well.
                let names = Self.metrics(namedIn: text, withoutPrefix: file.hasPrefix("docs/runbooks/"))
                named.formUnion(names)
                for name in names.sorted() {
                    let isHistogram = offered.contains(name + "_bucket")
                    #expect(isHistogram || offered.contains(name), "\(file) names \(name), which nobody offers")
                }
            }
            #expect(named.count >= MetricCatalogue.all.count)
        }

        /// The metrics that a text names in full, and by wish those without the prefix, too: words with an ending that
        /// only metrics have, and a few keys of the configuration.
        private static func metrics(namedIn text: String, withoutPrefix: Bool) -> Set<String> {
            // A colon belongs to the word: names with colons are those of recording rules.
            let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":")) }
            return Set(
                words.compactMap { word in
                    if word.hasPrefix(MetricCatalogue.prefix), !word.contains(":") { return String(word) }
                    guard word.contains(/^[a-z_]+_(total|seconds|bytes|fds|ratio|sockets)$/) else { return nil }
                    if word.hasPrefix("process_") { return String(word) }
                    let isKey = ConfigurationReader.evidenceKeys.contains(String(word))
                    return withoutPrefix && !isKey ? MetricCatalogue.prefix + word : nil
                }
            )
        }
    }
}
