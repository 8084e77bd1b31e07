import MetricsExport

/// Reads the numbers of a JSON document, each named by its path: `a.b[0].c`.
///
/// Numbers, strings that hold nothing but a number, and `true` and `false` (1 and 0) become samples; other strings and
/// `null` are passed over. A document that is one bare number is named `value`. A key is used as it is, so a dot in it
/// cannot be told from a step.
struct JSONNumbers {
    /// Deeper than this a document is refused, so that no text can exhaust the stack.
    static let depthLimit = 64

    private let bytes: [UInt8]
    private var position = 0
    private var path: [UInt8] = []
    private var samples: [ExpositionSample] = []
    private var names: Set<String> = []
    private var nameBytes = 0

    /// Every number has its own copy of its path, so a long key around many numbers would be copied often.
    static let pathLimit = 1000
    /// The bytes of all paths together: 32 MiB.
    static let nameBytesLimit = 32 << 20

    /// - Throws: ``CompanionSyntaxError`` if the text is not JSON (RFC 8259), names anything twice, is nested too deeply,
    ///   or has too many numbers or too long names.
    static func read(_ bytes: [UInt8]) throws(CompanionSyntaxError) -> [ExpositionSample] {
        var reader = JSONNumbers(bytes: bytes)
        try reader.readValue(depth: 0)
        reader.skipSpace()
        if reader.position < bytes.count {
            throw reader.error("text after the end of the JSON document")
        }
        return reader.samples
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func readValue(depth: Int) throws(CompanionSyntaxError) {
        skipSpace()
        guard let byte = peek else { throw error("the JSON document ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"):
            try readObject(depth: depth + 1)
        case UInt8(ascii: "["):
            try readArray(depth: depth + 1)
        case UInt8(ascii: "\""):
            let text = TextLines.trimmed(try readString()[...])
            if let number = DecimalNumber.parse(text) { try append(number) }
        case UInt8(ascii: "t"):
            try readWord("true")
            try append(1)
        case UInt8(ascii: "f"):
            try readWord("false")
            try append(0)
        case UInt8(ascii: "n"):
            try readWord("null")
        default:
            try append(try readNumber())
        }
    }

    private mutating func readObject(depth: Int) throws(CompanionSyntaxError) {
        try enter(depth)
        if take(UInt8(ascii: "}")) { return }
        var keys: Set<[UInt8]> = []
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
            let key = try readString()
            guard keys.insert(key).inserted else {
                throw error("the key \"\(Self.shortened(key))\" stands twice in an object")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("expected `:` after a key") }
            let parent = path.count
            if !path.isEmpty { path.append(UInt8(ascii: ".")) }
            path.append(contentsOf: key)
            try readValue(depth: depth)
            path.removeSubrange(parent...)
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("expected `,` or `}` in an object") }
    }

    private mutating func readArray(depth: Int) throws(CompanionSyntaxError) {
        try enter(depth)
        if take(UInt8(ascii: "]")) { return }
        var index = 0
        repeat {
            let parent = path.count
            path.append(contentsOf: "[\(index)]".utf8)
            try readValue(depth: depth)
            path.removeSubrange(parent...)
            index += 1
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("expected `,` or `]` in an array") }
    }

    private mutating func enter(_ depth: Int) throws(CompanionSyntaxError) {
        if depth > Self.depthLimit { throw error("nested more than \(Self.depthLimit) levels deep") }
        position += 1
        skipSpace()
    }

    private mutating func append(_ value: Double) throws(CompanionSyntaxError) {
        guard samples.count < CompanionDocument.itemLimit else { throw CompanionDocument.tooMany("numbers") }
        guard path.count <= Self.pathLimit else {
            throw error("the path \(Self.shortened(path)) has more than \(Self.pathLimit) bytes")
        }
        nameBytes += path.count
        guard nameBytes <= Self.nameBytesLimit else {
            throw error("the paths of the numbers have more than \(Self.nameBytesLimit >> 20) MiB together")
        }
        let name = path.isEmpty ? "value" : String(decoding: path, as: UTF8.self)
        // A dot in a key can make two paths one: they must not be taken for parts of one value.
        guard names.insert(name).inserted else { throw error("\(Self.shortened(path)) names two numbers") }
        samples.append(ExpositionSample(name: name, value: value))
    }

    private static func shortened(_ name: [UInt8]) -> String {
        let text = String(decoding: name.prefix(60), as: UTF8.self)
        return name.count > 60 ? text + "..." : text
    }
}

// MARK: - Tokens

extension JSONNumbers {
    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func readWord(_ word: StaticString) throws(CompanionSyntaxError) {
        let start = position
        position += word.utf8CodeUnitCount
        guard position <= bytes.count, bytes[start..<position].elementsEqual("\(word)".utf8) else {
            position = start
            throw error("expected \(word)")
        }
    }

    /// A number by the grammar of RFC 8259: no leading zeros, no bare point, no plus sign.
    private mutating func readNumber() throws(CompanionSyntaxError) -> Double {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) {
            try readDigits("expected a value")
        }
        if take(UInt8(ascii: ".")) {
            try readDigits("expected a digit after the decimal point")
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try readDigits("expected a digit in the exponent")
        }
        if let byte = peek, DecimalNumber.isNumberByte(byte) { throw error("a number is malformed") }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw error("a number is malformed")
        }
        return value
    }

    private mutating func readDigits(_ expectation: String) throws(CompanionSyntaxError) {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        if position == start { throw error(expectation) }
    }

    /// The text between quotes with its escapes undone.
    private mutating func readString() throws(CompanionSyntaxError) -> [UInt8] {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try readEscape(into: &text)
            case 0..<0x20:
                throw error("a control character in a string must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw error("the JSON document ends inside a string")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(CompanionSyntaxError) {
        guard let byte = peek else { throw error("the JSON document ends inside a string") }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            text.append(contentsOf: String(try readEscapedScalar()).utf8)
            return
        default: throw error("an unknown escape in a string")
        }
        position += 1
    }

    /// The scalar of `\uXXXX`, or of two of them where UTF-16 needs a pair; half a pair becomes U+FFFD.
    private mutating func readEscapedScalar() throws(CompanionSyntaxError) -> Unicode.Scalar {
        let first = try readFourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let restart = position
        guard UTF16.isLeadSurrogate(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            position = restart
            return "\u{FFFD}"
        }
        let second = try readFourHexDigits()
        guard UTF16.isTrailSurrogate(second) else {
            position = restart
            return "\u{FFFD}"
        }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func readFourHexDigits() throws(CompanionSyntaxError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("expected four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    private func error(_ message: String) -> CompanionSyntaxError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return CompanionSyntaxError(line: line, column: before.count - lineStart + 1, message: message)
    }
}
