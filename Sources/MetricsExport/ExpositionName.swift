/// The alphabet of names that both formats share. Names outside it can only be written in quotes.
enum ExpositionName {
    /// Whether the bytes match `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    static func isMetricName(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy(isMetricNameByte)
    }

    /// Whether the bytes match `[a-zA-Z_][a-zA-Z0-9_]*`.
    static func isLabelName(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy(isLabelNameByte)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    static func isLabelNameByte(_ byte: UInt8) -> Bool {
        let lowercased = byte | 0x20
        return lowercased >= UInt8(ascii: "a") && lowercased <= UInt8(ascii: "z") || isDigit(byte)
            || byte == UInt8(ascii: "_")
    }

    static func isMetricNameByte(_ byte: UInt8) -> Bool {
        isLabelNameByte(byte) || byte == UInt8(ascii: ":")
    }
}
