import MetricsExport

/// Lines of `key: value`. A key may have spaces (`total published messages: 9`); a value that is no number
/// (`shared memory used: 24K`, a version) is passed over.
enum KeyValueText {
    static func read(_ bytes: [UInt8]) throws(CompanionSyntaxError) -> [ExpositionSample] {
        var samples: [ExpositionSample] = []
        var names: Set<String> = []
        for (number, line) in TextLines(bytes) where !line.isEmpty {
            guard let (key, value) = split(line) else {
                throw CompanionSyntaxError(line: number, message: "expected `key: value`")
            }
            guard let value = DecimalNumber.parse(value) else { continue }
            let name = String(decoding: key, as: UTF8.self)
            guard names.insert(name).inserted else {
                throw CompanionSyntaxError(line: number, message: "\"\(name.prefix(60))\" stands twice")
            }
            samples.append(ExpositionSample(name: name, value: value))
        }
        return samples
    }

    /// Whether the line is a pair and not an exposition: no comment, and no labels or quotes before the colon.
    static func looksLikePair(_ line: ArraySlice<UInt8>) -> Bool {
        guard let (key, _) = split(line) else { return false }
        return !key.contains { "#{}\"<".utf8.contains($0) }
    }

    /// Splits at the first colon that a space or the end of the line follows.
    private static func split(_ line: ArraySlice<UInt8>) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        for index in line.indices where line[index] == UInt8(ascii: ":") {
            let rest = line[(index + 1)...]
            guard rest.first.map(TextLines.isSpace) ?? true else { continue }
            let key = TextLines.trimmed(line[..<index])
            return key.isEmpty ? nil : (key, TextLines.trimmed(rest))
        }
        return nil
    }
}
