/// Seconds since 1970. The fraction is kept apart, so that nanoseconds still order where one double would round them.
struct OpenMetricsTimestamp: Comparable {
    private let whole: Double
    private let fraction: Double

    var seconds: Double { whole + fraction }

    /// Reads a whole token, or gives `nil` if it is not a finite number.
    init?(_ token: ArraySlice<UInt8>) {
        guard let seconds = ExpositionNumber.parse(token), seconds.isFinite else { return nil }
        whole = seconds.rounded(.towardZero)
        guard let point = token.firstIndex(of: UInt8(ascii: ".")),
            !token.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
        else {
            fraction = seconds - whole
            return
        }
        let isNegative = token.first == UInt8(ascii: "-")
        let digits = token[token.index(after: point)...]
        let magnitude = digits.isEmpty ? 0 : ExpositionNumber.parse([UInt8(ascii: ".")] + digits) ?? 0
        fraction = isNegative ? -magnitude : magnitude
    }

    static func < (left: OpenMetricsTimestamp, right: OpenMetricsTimestamp) -> Bool {
        (left.whole, left.fraction) < (right.whole, right.fraction)
    }
}
