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

    @Test("a text with too many lines is refused before it is read")
    func tooManyLines() throws {
        let text = String(repeating: "a 1\n", count: 250_001)
        let error = try #require(throws: CompanionSyntaxError.self) { try CompanionDocument(Array(text.utf8)) }
        #expect(error.message.contains("250000 lines"))
    }
}
