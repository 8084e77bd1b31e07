import Testing

@testable import sse_sockwatch

/// A configuration and what is printed for it.
struct BadConfiguration: Sendable, CustomTestStringConvertible {
    var text: String
    var complaint: String

    init(_ text: String, _ complaint: String) {
        self.text = text
        self.complaint = complaint
    }

    var testDescription: String { complaint }
}

@Suite("A configuration that is wrong")
struct ConfigurationErrorTests {
    @Test("tells where its YAML cannot be read", arguments: BadConfiguration.syntax)
    func syntax(bad: BadConfiguration) {
        #expect(ConfigurationExample.complaint(bad.text) == bad.complaint)
    }

    @Test("tells which value is wrong, where, and what to write", arguments: BadConfiguration.values)
    func values(bad: BadConfiguration) {
        #expect(ConfigurationExample.complaint(bad.text) == bad.complaint)
    }

    @Test("tells which watch is wrong, where, and what to write", arguments: BadConfiguration.watches)
    func watches(bad: BadConfiguration) {
        #expect(ConfigurationExample.complaint(bad.text) == bad.complaint)
    }

    @Test("tells what is wrong with a companion", arguments: BadConfiguration.companions)
    func companions(bad: BadConfiguration) {
        let text = "watch:\n  - ports: 80\n    companion:\n" + bad.text
        #expect(ConfigurationExample.complaint(text) == bad.complaint)
    }
}
