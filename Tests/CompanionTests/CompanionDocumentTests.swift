import Companion
import MetricsExport
import Testing

@Suite("Reading a server's text")
struct CompanionDocumentTests {
    static let nchan = """
        total published messages: 9
        stored messages: 3
        shared memory used: 24K
        shared memory limit: 131072K
        channels: 1
        subscribers: 12
        redis pending commands: 0
        redis connected servers: 0
        redis unhealthy upstreams: 0
        total redis commands sent: 0
        total interprocess alerts received: 0
        interprocess alerts in transit: 0
        interprocess queued alerts: 0
        total interprocess send delay: 0
        total interprocess receive delay: 0
        nchan version: 1.3.6

        """

    /// As nginx writes it, with its spaces at the ends of lines.
    static let stubStatus =
        "Active connections: 291 \nserver accepts handled requests\n 16630948 16630947 31070465 \n"
        + "Reading: 6 Writing: 179 Waiting: 106 \n"

    @Test("key: value text keeps keys with spaces and passes over what is no number")
    func keyValue() throws {
        let document = try CompanionDocument(Array(Self.nchan.utf8), contentType: "text/plain")
        #expect(document.format == .keyValue)
        #expect(document.samples.count == 13)
        #expect(document.samples.first == ExpositionSample(name: "total published messages", value: 9))
        #expect(document.samples.contains(ExpositionSample(name: "subscribers", value: 12)))
        #expect(!document.samples.contains { $0.name == "shared memory used" || $0.name == "nchan version" })
    }

    @Test("stub_status has the seven numbers under the page's own names")
    func stubStatusPage() throws {
        let document = try CompanionDocument(Array(Self.stubStatus.utf8), contentType: "text/plain")
        #expect(document.format == .stubStatus)
        #expect(
            document.samples.map { "\($0.name)=\(Int($0.value))" } == [
                "Active connections=291", "accepts=16630948", "handled=16630947", "requests=31070465", "Reading=6",
                "Writing=179", "Waiting=106",
            ]
        )
    }

    @Test("a key: value text with a line that is none is an error with its line")
    func keyValueError() throws {
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array("a: 1\r\n\r\nnonsense\r\n".utf8), format: .keyValue)
        }
        #expect(error == CompanionSyntaxError(line: 3, message: "expected `key: value`"))
        #expect(error.description(of: "status.txt") == "status.txt:3: expected `key: value`")
    }

    @Test(
        "a damaged stub_status page is an error with its line",
        arguments: [
            ("", 1), ("Active connections: x\n", 1), ("Active connections: 1\n", 2),
            ("Active connections: 1\nserver accepts handled requests\n 1 2\n", 3),
            ("Active connections: 1\nserver accepts handled requests\n 1 2 -3\n", 3),
            ("Active connections: 1\nserver accepts handled requests\n 1 2 3\nReading: 1 Writing: 2\n", 4),
            ("Active connections: 1\nserver accepts handled requests\n 1 2 3\nReading: 1 Writing: 2 Idle: 3\n", 4),
            ("\(stubStatus)more\n", 5),
        ]
    )
    func stubStatusError(_ text: String, line: Int) throws {
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array(text.utf8), format: .stubStatus)
        }
        #expect(error.line == line, "\(error)")
    }

    @Test(
        "the format is found by content type where it is specific, else by the look",
        arguments: [
            ("a 1\n", "text/plain; version=0.0.4", CompanionFormat.prometheus),
            ("a 1\n", "text/plain", .prometheus),
            ("a 1\n", "text/html", .prometheus),
            ("a 1\n", nil, .prometheus),
            ("# HELP a b: c\na 1\n", nil, .prometheus),
            ("a{b=\"c: d\"} 1\n", nil, .prometheus),
            ("job:a:rate 1\n", nil, .prometheus),
            ("# UNITS of a\n# TYPE info gauge\ninfo 1\n", nil, .prometheus),
            ("# TYPE a gauge\n# UNIT a seconds\na 1\n", "text/plain; version=0.0.4", .prometheus),
            ("", nil, .prometheus),
            ("# TYPE a gauge\na 1\n# EOF\n", nil, .openMetrics),
            ("# TYPE a gauge\na 1\n# EOF", "text/plain", .openMetrics),
            (
                "# TYPE a gauge\na 1\n# EOF\n", "application/openmetrics-text; version=1.0.0; charset=utf-8",
                .openMetrics
            ),
            ("# TYPE a gauge\na 1\n# EOF\n", "text/plain; version=0.0.4", .prometheus),
            ("\n [1]", nil, .json),
            ("{\"a\": 1}", "application/json; charset=utf-8", .json),
            ("3", "application/problem+json", .json),
            ("\nsubscribers: 3\n", nil, .keyValue),
            ("Active connections: 1 x\n", "text/plain", .stubStatus),
        ] as [(String, String?, CompanionFormat)]
    )
    func detection(_ text: String, contentType: String?, format: CompanionFormat) throws {
        do {
            #expect(try CompanionDocument(Array(text.utf8), contentType: contentType).format == format)
        } catch {
            // The last text is deliberately damaged: the error tells as what it was read.
            #expect(format == .stubStatus && error.message.contains("stub_status"), "\(error)")
        }
    }

    @Test("an exposition keeps names, labels and values; what is wrong in one has its line")
    func expositions() throws {
        let text = "# TYPE a gauge\na{b=\"c \\\"d\\\"\"} 1.5 1700000000000\n\nnan_value NaN\n"
        let document = try CompanionDocument(Array(text.utf8))
        #expect(document.samples.map(\.line) == [#"a{b="c \"d\""} 1.5"#, "nan_value NaN"])

        let malformed = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array("a 1\nb{ 2\n".utf8))
        }
        #expect(malformed.line == 2)

        let unended = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array("# TYPE a gauge\na 1\n".utf8), format: .openMetrics)
        }
        #expect(unended.line != nil)
    }

    @Test(
        "OpenMetrics that was cut off before its # EOF is told from text 0.0.4, and is an error",
        arguments: [
            "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\n", "# TYPE a unknown\na 1\n",
            "# TYPE a info\na_info 1\n", "# TYPE b gauge\nb 1\n# TYPE a stateset\na{a=\"x\"} 1\n",
            "# TYPE a gaugehistogram\n",
        ]
    )
    func cutOff(_ text: String) throws {
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array(text.utf8), contentType: "text/plain")
        }
        #expect(error.message.contains("EOF"), "\(error)")
    }

    @Test(
        "a series that stands twice is an error with the line of the second, and never added up",
        arguments: [
            ("a 1\nb 2\na 3\n", CompanionFormat.prometheus, 3),
            ("a{x=\"1\",y=\"2\"} 1\n# a\n\na{x=\"1\",y=\"3\"} 1\na{y=\"2\", x=\"1\"} 1\n", .prometheus, 5),
            ("a: 1\nb: 2\na: 3\n", .keyValue, 3),
            ("Active connections: 1\nserver accepts handled requests requests\n 1 2 3 4\n", .stubStatus, 2),
        ]
    )
    func duplicates(_ text: String, format: CompanionFormat, line: Int) throws {
        let error = try #require(throws: CompanionSyntaxError.self) {
            try CompanionDocument(Array(text.utf8), format: format)
        }
        #expect(error.line == line && error.message.contains("twice"), "\(error)")
    }

    @Test("bytes that are not UTF-8 are an error with their line", arguments: [CompanionFormat.json, .keyValue])
    func notUTF8(_ format: CompanionFormat) throws {
        let text = format == .json ? "{\"a\":\n1,\"b?\":2}" : "a: 1\nb?: 2\n"
        let bytes = text.utf8.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }
        let error = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(bytes, format: format) }
        #expect(error == CompanionSyntaxError(line: 2, message: "the text is not UTF-8"))
    }

    @Test("a text with too many lines is refused before it is read")
    func tooManyLines() throws {
        let text = String(repeating: "a 1\n", count: 250_001)
        let error = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(Array(text.utf8)) }
        #expect(error.message.contains("250000 lines"))
    }
}
