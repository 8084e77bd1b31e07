import Companion
import MetricsExport
import Testing

@Suite("Reading JSON")
struct JSONNumbersTests {
    @Test("every number, bool and numeric string is a sample named by its path")
    func paths() throws {
        let text = """
            {
              "active_connections": 12,
              "streams": {"orders": [{"open": 7}, {"open": -1.5e1}], "p\\u00e4th \\ud83d\\ude00": "42"},
              "up": true, "down": false, "none": null,
              "version": "1.3.6", "spaced": " 0.25 ", "hex": "0x10", "word": "nan", "empty": "",
              "nested": [[1, [2]], {}, []]
            }
            """
        let document = try CompanionDocument(Array(text.utf8))
        #expect(document.format == .json)
        #expect(
            document.samples.map { "\($0.name) = \($0.value)" } == [
                "active_connections = 12.0",
                "streams.orders[0].open = 7.0",
                "streams.orders[1].open = -15.0",
                "streams.p\u{e4}th \u{1F600} = 42.0",
                "up = 1.0",
                "down = 0.0",
                "spaced = 0.25",
                "nested[0][0] = 1.0",
                "nested[0][1][0] = 2.0",
            ]
        )
    }

    @Test("a bare number is named value")
    func bare() throws {
        #expect(try CompanionDocument(Array(" 3 \n".utf8), format: .json).samples.map(\.line) == ["value 3"])
    }

    @Test("half a surrogate pair becomes the replacement character")
    func surrogates() throws {
        for key in ["\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\u0041"] {
            let document = try CompanionDocument(Array("{\"\(key)\":1}".utf8))
            #expect(document.samples.first?.name.unicodeScalars.first == "\u{FFFD}", "\(key)")
        }
    }

    @Test(
        "what is not JSON is an error with its place",
        arguments: [
            ("{\"a\": 1,\n \"b\": }", 2, 7), ("{\"a\": 01}", 1, 8), ("[1,]", 1, 4), ("[1 2]", 1, 4),
            ("{\"a\" 1}", 1, 6),
            ("{a: 1}", 1, 2), ("[+1]", 1, 2), ("[.5]", 1, 2), ("[1.]", 1, 4), ("[1e]", 1, 4), ("[1e5.5]", 1, 5),
            ("[-]", 1, 3), ("[nul]", 1, 2), ("[truely]", 1, 6), ("{} x", 1, 4), ("[\"a\nb\"]", 1, 4),
            ("[\"\\x\"]", 1, 4), ("[\"\\u12\"]", 1, 7), ("[\"abc", 1, 6), ("[", 1, 2), ("", 1, 1), ("{\n\n\"a\"", 3, 4),
            ("[NaN]", 1, 2), ("<html>", 1, 1), ("{\"a\":1}{\"a\":2}", 1, 8), ("[\"\\", 1, 4), ("[tru", 1, 2),
        ]
    )
    func malformed(_ text: String, line: Int, column: Int) throws {
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array(text.utf8), format: .json)
        }
        #expect(error.line == line && error.column == column, "\(error)")
    }

    @Test("nesting is bounded, so that no text exhausts the stack")
    func depth() throws {
        let deepest = String(repeating: "[", count: 64) + "1" + String(repeating: "]", count: 64)
        #expect(try CompanionDocument(Array(deepest.utf8)).samples.count == 1)
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array(String(repeating: "[{\"a\":", count: 1_000_000).utf8))
        }
        #expect(error.message.contains("64 levels"))
    }

    @Test("the count of numbers is bounded, so that a small text does not become a large one")
    func count() throws {
        let text = "[" + Array(repeating: "1", count: 250_001).joined(separator: ",") + "]"
        let error = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(Array(text.utf8)) }
        #expect(error.message.contains("250000 numbers"))
    }

    @Test("a path is bounded, so that a long key around many numbers is not copied for each")
    func pathLength() throws {
        func text(_ key: Int, _ count: Int) -> [UInt8] {
            let numbers = Array(repeating: "1", count: count).joined(separator: ",")
            return Array(#"{"\#(String(repeating: "k", count: key))":[\#(numbers)]}"#.utf8)
        }
        let long = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(text(1_000_000, 200_000)) }
        #expect(long.message.contains("more than 1000 bytes") && long.message.utf8.count < 200, "\(long)")
        #expect(try CompanionDocument(text(997, 1)).samples.count == 1)
        #expect(throws: CompanionSyntaxError.self) { try CompanionDocument(text(998, 1)) }
        let many = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(text(900, 200_000)) }
        #expect(many.message.contains("32 MiB"), "\(many)")
    }

    @Test(
        "what is named twice is an error with its line, and never added up",
        arguments: [
            ("{\"a\": 1,\n\"a\": 2}", 2), ("{\"a\": \"x\",\n\n\"\\u0061\": null}", 3),
            ("{\"a.b\": 1,\n\"a\": {\"b\": 2}}", 2), ("{\"a[0]\": 1,\n\"a\": [\n2]}", 3),
        ]
    )
    func duplicates(_ text: String, line: Int) throws {
        let error = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(Array(text.utf8)) }
        #expect(error.line == line, "\(error)")
    }

    @Test("the same key in two objects is no duplicate")
    func sameKeys() throws {
        let text = #"{"a": {"x": 1}, "b": {"x": 2}, "c": [{"x": 3}, {"x": 4}]}"#
        #expect(try CompanionDocument(Array(text.utf8)).samples.count == 4)
    }

    @Test("every beginning of a document is an error or a document, never a crash")
    func prefixes() {
        let text = Array(#"{"a":[1,-2.5e+3,"x\u00e4\n",true,null,{"b":"7"}],"c":false}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: CompanionSyntaxError.self) {
                try CompanionDocument(Array(text[..<length]), format: .json)
            }
        }
    }
}
