/// The numbers of both formats. They share one grammar: decimals with an optional exponent, `Inf` and `Infinity` with an
/// optional sign, and `NaN`, in any case. There are no hexadecimal numbers and no underscores.
enum ExpositionNumber {
    /// Longer numbers carry no more precision, only work.
    private static let longest = 1024

    /// Reads a whole token, or gives `nil` if it is not a number or not within the range of a double.
    static func parse(_ token: ArraySlice<UInt8>) -> Double? {
        guard token.count <= longest else { return nil }
        let hasSign = token.first == UInt8(ascii: "-") || token.first == UInt8(ascii: "+")
        let magnitude = hasSign ? token.dropFirst() : token
        guard let first = magnitude.first else { return nil }
        guard ExpositionName.isDigit(first) || first == UInt8(ascii: ".") else {
            return parseWord(magnitude, hasSign: hasSign, isNegative: token.first == UInt8(ascii: "-"))
        }
        guard isDecimal(magnitude) else { return nil }
        guard let value = Double(String(decoding: token, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func parseWord(_ word: ArraySlice<UInt8>, hasSign: Bool, isNegative: Bool) -> Double? {
        switch String(decoding: word.map { $0 | 0x20 }, as: UTF8.self) {
        case "inf", "infinity": isNegative ? -.infinity : .infinity
        case "nan" where !hasSign: .nan
        default: nil
        }
    }

    /// Whether the bytes are digits with at most one point among them, at least one digit, and perhaps an exponent.
    private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        let whole = rest.skipDigits()
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.skipDigits()
        }
        guard whole + fraction > 0 else { return false }
        guard let exponent = rest.first else { return true }
        guard exponent | 0x20 == UInt8(ascii: "e") else { return false }
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
            rest = rest.dropFirst()
        }
        return rest.skipDigits() > 0 && rest.isEmpty
    }
}

extension ArraySlice<UInt8> {
    /// Drops leading digits and says how many there were.
    fileprivate mutating func skipDigits() -> Int {
        let rest = drop(while: ExpositionName.isDigit)
        defer { self = rest }
        return rest.startIndex - startIndex
    }
}
