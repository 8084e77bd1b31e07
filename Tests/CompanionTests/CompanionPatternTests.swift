import Companion
import Testing

@Suite("Patterns")
struct CompanionPatternTests {
    @Test(
        "an expression that a server could make take for ever is refused",
        arguments: [
            "(a|aa)+", "(a+)+", "(?:a*)*", "((a|b)c){2,}", "(a?)+x", "x(?<n>.*,)*", "([a-z]+)*", "(a(b(c+)))+",
            "(a+)?+",
        ]
    )
    func dangerous(_ source: String) throws {
        let error = try #require(throws: CompanionMappingError.self) { try CompanionPattern.expression(source) }
        #expect(error.message.contains("can take for ever"))
    }

    @Test(
        "other repetitions are not",
        arguments: [
            "(.*_)?request_received(_total)?", "(?!admin$).*", "sse|uni_sse", "[a-z(+)]+", "(ab)+", "(?:[a+|]x)*",
            "\\(a+\\)+", "(a|b)c+", "(orders|stock)-[0-9]{1,3}", "(a\\+)+", "(a\\|b)+", "(a\\\\)+",
        ]
    )
    func harmless(_ source: String) throws {
        #expect(try CompanionPattern.expression(source).source == source)
    }

    @Test("a text of more than 1000 bytes matches no expression, but may be equal")
    func longText() throws {
        func finds(_ pattern: CompanionPattern, length: Int) throws -> Bool {
            let text = "m{x=\"\(String(repeating: "a", count: length))\"} 1\n"
            let rule = CompanionRule(name: .equal("m"), labels: [CompanionRule.Label(name: "x", value: pattern)])
            let document = try CompanionDocument(Array(text.utf8))
            return !CompanionMapping(rules: [.activeConnections: [rule]]).findings(in: document).isEmpty
        }
        #expect(try finds(.expression("a+"), length: 1000))
        #expect(try !finds(.expression("a+"), length: 1001))
        #expect(try finds(.equal(String(repeating: "a", count: 1001)), length: 1001))
    }
}
