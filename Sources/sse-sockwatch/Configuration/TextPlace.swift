/// A place in a text file, counted the way editors do: both numbers start at 1, columns count characters (code points).
struct TextPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    var line: Int
    var column: Int

    var description: String { "\(line):\(column)" }

    static func < (left: TextPlace, right: TextPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

extension TextPlace {
    /// The place of the byte at `offset` in a UTF-8 text. Bytes before `offset` must be valid UTF-8.
    init(ofByteAt offset: Int, in bytes: [UInt8]) {
        self.init(line: 1, column: 1)
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}
