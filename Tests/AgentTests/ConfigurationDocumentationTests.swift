import Companion
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The documentation of the configuration")
struct ConfigurationDocumentationTests {
    private let text: String

    init() throws {
        let here = "\(#filePath)"
        let root = here.split(separator: "/").dropLast(3).joined(separator: "/")
        text = String(decoding: try ConfigurationFile.read("/\(root)/docs/configuration.md"), as: UTF8.self)
    }

    @Test("shows an example that is read")
    func example() throws {
        let afterFence = try #require(text.split(separator: "```yaml\n", maxSplits: 1).last)
        let example = try #require(afterFence.split(separator: "```", maxSplits: 1).first)
        let configuration = try ConfigurationExample.parse(String(example))
        #expect(configuration.watches.map(\.name) == ["orders", "upstream"])
        #expect(configuration.watches.map(\.settings.heartbeatInterval) == [.seconds(15), nil])
    }

    @Test("shows messages as they are")
    func messages() {
        let complaint = ConfigurationExample.complaint(
            "watch:\n  - name: orders\n    ports: [80800]\n    heartbeat: 15s\n"
        )
        #expect(complaint.map { text.contains("```\n\($0)\n```") } == true)
    }

    @Test("names every key and every name that a value may have")
    func names() {
        let keys =
            [
                "sampling", "evidence", "defaults", "watch", "network_namespaces", "interval", "cpu_budget", "name",
                "ports", "side",
            ]
            + ConfigurationReader.evidenceKeys + ConfigurationReader.settingKeys + ConfigurationReader.companionKeys
            + ["labels", "aggregate", "kind"]
        let values =
            CompanionPreset.all.map(\.name) + CompanionValue.allCases.map(\.rawValue)
            + CompanionFormat.allCases.map(\.rawValue)
            + CompanionAggregate.allCases.map(\.rawValue) + CompanionKind.allCases.map(\.rawValue)
            + WatchedPort.Side.allCases.map(\.rawValue)
        for name in keys + values {
            #expect(text.contains("`\(name)`"), "\(name) is not documented")
        }
    }
}
