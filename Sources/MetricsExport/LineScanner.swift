/// A place within one line of an exposition.
struct LineScanner {
    private let bytes: [UInt8]
    private let start: Int
    private let end: Int
    private(set) var position: Int
    /// The line, counted from 1.
    let line: Int

    init(_ bytes: [UInt8], _ range: Range<Int>, line: Int) {
        self.bytes = bytes
        self.start = range.lowerBound
        self.end = range.upperBound
        self.position = range.lowerBound
        self.line = line
    }

    /// The byte at the position, or `nil` at the end of the line.
    var next: UInt8? { position < end ? bytes[position] : nil }

    /// Everything from the position to the end of the line.
    var rest: ArraySlice<UInt8> { bytes[position..<end] }

    /// An error at the position, or at an earlier one.
    func error(_ message: String, at place: Int? = nil) -> ExpositionError {
        ExpositionError(line: line, column: (place ?? position) - start + 1, message: message)
    }

    /// Names what stands at the position, for messages.
    var found: String {
        guard let next else { return "the end of the line" }
        return next >= 0x20 && next < 0x7F ? "'\(Character(Unicode.Scalar(next)))'" : "byte \(next)"
    }

    /// Steps over the byte if it stands here.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Steps over the text if it stands here.
    mutating func skip(_ text: StaticString) -> Bool {
        guard rest.starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)) else {
            return false
        }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Steps over spaces and tabs.
    @discardableResult
    mutating func skipBlanks() -> Bool {
        !take { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.isEmpty
    }

    /// Takes the bytes up to the first one that does not belong.
    mutating func take(while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let first = position
        while position < end, belongs(bytes[position]) {
            position += 1
        }
        return bytes[first..<position]
    }

    /// Takes everything up to the next blank or the end of the line.
    mutating func takeToken() -> ArraySlice<UInt8> {
        take { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
    }

    /// Takes a metric's name outside quotes.
    mutating func takeMetricName() throws(ExpositionError) -> String {
        let first = position
        let name = take(while: ExpositionName.isMetricNameByte)
        guard ExpositionName.isMetricName(name) else {
            throw name.isEmpty
                ? error("expected the name of a metric, found \(found)")
                : error("the name of a metric must not begin with a digit", at: first)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Takes a label's name outside quotes.
    mutating func takeLabelName() throws(ExpositionError) -> String {
        let first = position
        let name = take(while: ExpositionName.isLabelNameByte)
        guard ExpositionName.isLabelName(name) else {
            throw name.isEmpty
                ? error("expected the name of a label, found \(found)")
                : error("the name of a label must not begin with a digit", at: first)
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Takes a string in double quotes and undoes its escapes. A backslash before any other character stays.
    mutating func takeQuoted() throws(ExpositionError) -> String {
        let first = position
        guard skip(UInt8(ascii: "\"")) else { throw error("expected '\"', found \(found)") }
        let content = position
        while let byte = next, byte != UInt8(ascii: "\"") {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < end else {
            position = end
            throw error("the string that begins here is not closed", at: first)
        }
        let text = Self.unescape(bytes[content..<position], quotes: true)
        position += 1
        guard let text else { throw error("the string is not UTF-8", at: first) }
        return text
    }

    /// Takes the rest of the line as a help text.
    mutating func takeHelp(quotes: Bool) throws(ExpositionError) -> String {
        guard let text = Self.unescape(rest, quotes: quotes) else { throw error("the help text is not UTF-8") }
        position = end
        return text
    }

    /// Undoes escapes, or gives `nil` if the bytes are not UTF-8.
    private static func unescape(_ bytes: ArraySlice<UInt8>, quotes: Bool) -> String? {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(validating: bytes, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "n"):
                    text.append(UInt8(ascii: "\n"))
                    continue
                case UInt8(ascii: "\\"):
                    text.append(byte)
                    continue
                case UInt8(ascii: "\"") where quotes:
                    text.append(byte)
                    continue
                default:
                    text.append(UInt8(ascii: "\\"))
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            text.append(byte)
        }
        if isEscaped {
            text.append(UInt8(ascii: "\\"))
        }
        return String(validating: text, as: UTF8.self)
    }
}
