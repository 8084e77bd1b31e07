/// Durations as Prometheus writes them: `5s`, `250ms`, `1h30m`.
enum DurationText {
    /// Largest first, as they must be written. Milliseconds each.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Why a text is not a duration, and what to write instead.
    struct Problem: Error, Equatable {
        var message: String
    }

    /// Reads whole numbers with units d, h, m, s, ms, each at most once and the larger ones first.
    static func parse(_ text: String) throws(Problem) -> Duration {
        let shown = "`\(ConfigurationProblem.shown(text))`"
        let general = Problem(message: "\(shown) is not a duration; write it like 5s, 250ms or 1h30m")
        if !text.isEmpty, text.allSatisfy(\.isASCIIDigit), text.count <= 12 {
            throw Problem(message: "\(text) has no unit; write \(text)s for seconds or \(text)ms for milliseconds")
        }
        guard !text.contains(".") else {
            throw Problem(message: "\(shown) is not a duration; write whole numbers, like 1s500ms")
        }
        var rest = text[...]
        var allowed = units[...]
        var total: Int64 = 0
        repeat {
            let digits = rest.prefix(while: \.isASCIIDigit)
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix(while: \.isASCIILetter)
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits) else { throw general }
            guard let index = allowed.firstIndex(where: { $0.name == unit }) else {
                if units.contains(where: { $0.name == unit }) {
                    throw Problem(message: "\(shown) is not a duration; write each unit once, the larger ones first")
                }
                throw general
            }
            let (part, tooLarge) = number.multipliedReportingOverflow(by: allowed[index].milliseconds)
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !tooLarge, !overflow else { throw general }
            total = sum
            allowed = allowed[(index + 1)...]
        } while !rest.isEmpty
        return .milliseconds(total)
    }

    /// Reads a duration that must lie in a range.
    static func parse(_ text: String, in range: ClosedRange<Duration>) throws(Problem) -> Duration {
        let duration = try parse(text)
        guard range.contains(duration) else {
            let limits = "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
            throw Problem(message: "\(ConfigurationProblem.shown(text)) is out of range; allowed are \(limits)")
        }
        return duration
    }

    /// The shortest text that ``parse(_:)`` reads as the same duration, in whole milliseconds (the rest is cut off).
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }
}

extension Character {
    /// `isNumber` would let the digits of other scripts through.
    var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
    var isASCIILetter: Bool { isASCII && isLetter }
}
