import Logging
import Testing

@testable import sse_sockwatch

@Suite("A log line")
struct LogLineTests {
    private static func line(
        _ format: LogFormat,
        _ message: String,
        level: Logger.Level = .info,
        _ metadata: Logger.Metadata = [:]
    ) -> String {
        format.line(LogLine(time: "2026-01-31T23:59:59.123Z", level: level, message: message, metadata: metadata))
    }

    @Test("in logfmt quotes what is not plain, and sorts its fields behind the message")
    func logfmt() {
        #expect(
            Self.line(.logfmt, "listening", level: .warning, ["url": "http://[::1]:1/", "b": "", "a": "x=y"])
                == #"ts=2026-01-31T23:59:59.123Z level=warn msg=listening a="x=y" b="" url=http://[::1]:1/"#
        )
    }

    @Test("in JSON is one object")
    func json() {
        #expect(
            Self.line(.json, "it \"broke\"", level: .error, ["port": "8080", "path": #"C:\x"#])
                == #"{"ts":"2026-01-31T23:59:59.123Z","level":"error","msg":"it \"broke\"","path":"C:\\x","port":"8080"}"#
        )
    }

    @Test(
        "stays one line and steers no terminal, whatever is in it",
        arguments: [
            ("a\nb", #"a\nb"#), ("a\r\tb", #"a\r\tb"#), ("\u{1B}[31m", #"\u001b[31m"#), ("\u{9B}31m", #"\u009b31m"#),
            ("\u{7F}", #"\u007f"#), ("\u{0}", #"\u0000"#), ("a\u{2028}b", #"a\u2028b"#), ("ünï cöde", "ünï cöde"),
        ],
        LogFormat.allCases
    )
    func escaping(text: (raw: String, escaped: String), format: LogFormat) {
        let line = Self.line(format, text.raw)
        #expect(line.contains("\"\(text.escaped)\""))
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    }
}
