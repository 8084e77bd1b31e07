import Glibc

/// Python's `prometheus_client`, where it is installed. The variable `SSE_SOCKWATCH_PYTHON` names another python than `python3`.
enum PythonClient {
    /// Prints how many samples its OpenMetrics parser finds in standard input. It must not contain a single quote.
    private static let program = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        text = sys.stdin.buffer.read().decode("utf-8")
        print(sum(len(family.samples) for family in parse(text)))
        """

    static let isInstalled = countSamples(Array("# EOF\n".utf8)) == 0

    /// How many samples the parser finds, or `nil` if it refuses the text or is not there.
    static func countSamples(_ text: [UInt8]) -> Int? {
        var path = Array("/tmp/metrics-export-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return nil }
        defer { unlink(path) }
        let written = write(descriptor, text, text.count)
        close(descriptor)
        let file = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard written == text.count, let pipe = popen(command(readingFrom: file), "r") else { return nil }
        var answer: [UInt8] = []
        while case let byte = fgetc(pipe), byte >= 0 {
            answer.append(UInt8(truncatingIfNeeded: byte))
        }
        guard pclose(pipe) == 0 else { return nil }
        return Int(String(decoding: answer.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    private static func command(readingFrom file: String) -> String {
        "\"${SSE_SOCKWATCH_PYTHON:-python3}\" -c '\(program)' < \(file) 2> /dev/null"
    }
}
