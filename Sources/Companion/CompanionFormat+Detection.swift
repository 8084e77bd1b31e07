import MetricsExport

extension CompanionFormat {
    /// The format of a text: what the content type says, else what the text looks like. Never ``auto``.
    ///
    /// A content type decides only where it is specific. `text/plain` without a version is what nchan and nginx send
    /// for their own formats, and HTML may stand before anything: there, the text itself decides.
    static func detect(_ bytes: [UInt8], contentType: String?) -> CompanionFormat {
        contentType.flatMap(named(byContentType:)) ?? look(of: bytes)
    }

    private static func named(byContentType contentType: String) -> CompanionFormat? {
        let lowercased = contentType.lowercased()
        let mediaType = lowercased.prefix { $0 != ";" }.filter { $0 != " " }
        if mediaType == "application/json" || mediaType.hasSuffix("+json") {
            return .json
        }
        switch ExpositionFormat(contentType: contentType) {
        case .openMetrics: return .openMetrics
        case .text004: return lowercased.contains("version") ? .prometheus : nil
        case nil: return nil
        }
    }

    /// Decides by the last line (`# EOF` ends OpenMetrics alone) and then by the first line that says anything.
    private static func look(of bytes: [UInt8]) -> CompanionFormat {
        let lines = TextLines(bytes)
        guard let first = lines.first(where: { !$0.text.isEmpty })?.text, let start = first.first else {
            return .prometheus
        }
        if lastLine(of: bytes).elementsEqual("# EOF".utf8) {
            return .openMetrics
        }
        if start == UInt8(ascii: "{") || start == UInt8(ascii: "[") {
            return .json
        }
        if first.starts(with: StubStatusText.opening) {
            return .stubStatus
        }
        if KeyValueText.looksLikePair(first) {
            return .keyValue
        }
        // Without its last line it is a text that was cut off, and read as OpenMetrics it is told so.
        return lines.contains { isOnlyInOpenMetrics($0.text) } ? .openMetrics : .prometheus
    }

    /// Whether the line is metadata that text 0.0.4 does not have.
    private static func isOnlyInOpenMetrics(_ line: ArraySlice<UInt8>) -> Bool {
        if line.starts(with: "# UNIT ".utf8) { return true }
        guard line.starts(with: "# TYPE ".utf8), let type = line.split(separator: UInt8(ascii: " ")).last else {
            return false
        }
        return ["unknown", "info", "stateset", "gaugehistogram"].contains { type.elementsEqual($0.utf8) }
    }

    private static func lastLine(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        let body = bytes[..<(bytes.lastIndex { !TextLines.isSpace($0) }.map { $0 + 1 } ?? 0)]
        return body[(body.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)...]
    }
}
