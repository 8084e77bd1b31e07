/// Reads the numbers of bounds.
enum BoundText {
    /// Why a text is no such number, and what to write instead.
    struct Problem: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    /// A whole number, 0 or more.
    static func count(_ text: String) throws(Problem) -> Int {
        guard !text.isEmpty, text.allSatisfy(\.isASCIIDigit), let count = Int(text), count <= Int(UInt32.max) else {
            throw Problem(description: "write a whole number, 0 or more")
        }
        return count
    }

    /// A share: `2%`, or `0.02`.
    static func share(_ text: String) throws(Problem) -> Double {
        if text.hasSuffix("%") {
            guard let percent = number(text.dropLast()), percent <= 100 else {
                throw Problem(description: "write 0% to 100%")
            }
            return percent / 100
        }
        guard let ratio = number(text[...]) else {
            throw Problem(description: "write a percentage such as 2%, or a ratio such as 0.02")
        }
        guard ratio <= 1 else {
            throw Problem(
                description: "a ratio is 0 to 1; write \(ratio <= 100 ? ratio.shownText : "0 to 100")% for percent"
            )
        }
        return ratio
    }

    /// Half-open connections: a count, or with `%` a share of the established ones.
    static func halfOpen(_ text: String) throws(Problem) -> Bound {
        if text.hasSuffix("%") { return .maxHalfOpenShare(try share(text)) }
        do {
            return .maxHalfOpen(try count(text))
        } catch {
            throw Problem(description: "write a whole number of connections, or a percentage such as 5%")
        }
    }

    /// A number for a second, 0 or more: `0.5`, `10`.
    static func rate(_ text: String) throws(Problem) -> Double {
        guard let rate = number(text[...]) else {
            throw Problem(description: "write how many in a second, such as 10 or 0.5")
        }
        return rate
    }

    /// Digits with a point among them or none. `Double` alone would read `1e9`, `0x10` and `inf`.
    private static func number(_ text: Substring) -> Double? {
        guard text.count <= 16, text.allSatisfy({ $0.isASCIIDigit || $0 == "." }) else { return nil }
        return Double(text)
    }
}
