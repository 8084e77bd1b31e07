/// How text and numbers are written in both formats.
extension [UInt8] {
    /// Appends what another array holds. Unlike `append(contentsOf:)` it counts no reference to it.
    mutating func appendBytes(of other: borrowing [UInt8]) {
        other.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends text with `\`, the line feed and, if asked, the double quote escaped.
    mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"):
                append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"):
                append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\"") where quotes:
                append(contentsOf: #"\""#.utf8)
            default:
                append(byte)
            }
        }
    }

    /// Appends text in double quotes, as a label's value or a name outside the classic alphabet.
    mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        appendEscaped(text, quotes: true)
        append(UInt8(ascii: "\""))
    }

    /// Appends a sample's value: whole numbers without fraction or exponent as far as a double counts exactly, others
    /// in the shortest form that reads back as the same number.
    mutating func appendValue(_ value: Double) {
        if value.magnitude <= 0x1p53, value.rounded(.towardZero) == value {
            if value < 0 { append(UInt8(ascii: "-")) }
            appendDecimal(UInt64(value.magnitude))
        } else {
            appendFraction(value)
        }
    }

    /// Appends a whole number, without making a string of it first.
    mutating func appendDecimal(_ number: UInt64) {
        // 2^64 has twenty digits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var first = digits.endIndex
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                first -= 1
                digits.initializeElement(at: first, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
                rest = quotient
            } while rest > 0
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
        }
    }

    /// Appends a number that always shows that it is a float, as OpenMetrics wants the bounds of buckets: `1.0`, `+Inf`.
    mutating func appendFraction(_ value: Double) {
        if value.isNaN {
            append(contentsOf: "NaN".utf8)
        } else if value.isInfinite {
            append(contentsOf: (value < 0 ? "-Inf" : "+Inf").utf8)
        } else {
            append(contentsOf: value.description.utf8)
        }
    }
}
