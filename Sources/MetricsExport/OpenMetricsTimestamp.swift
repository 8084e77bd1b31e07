/// Seconds since 1970. The fraction is kept apart, so that nanoseconds still order where one double would round them.
struct OpenMetricsTimestamp: Comparable {
    private let whole: Double
    private let fraction: Double

    var seconds: Double { whole + fraction }

    /// Reads a whole token, or gives `nil` if it is not a finite number.
    init?(_ token: ArraySlice<UInt8>) {
        guard let seconds = ExpositionNumber.parse(token), seconds.isFinite else { return nil }
        guard let point = token.firstIndex(of: UInt8(ascii: ".")),
            !token.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
        else {
            whole = seconds.rounded(.towardZero)
            fraction = seconds - whole
            return
        }
        // A part that has no digits counts as 0.
        let magnitude = ExpositionNumber.parse(token[point...]) ?? 0
        whole = ExpositionNumber.parse(token[..<point]) ?? 0
        fraction = token.first == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    static func < (left: OpenMetricsTimestamp, right: OpenMetricsTimestamp) -> Bool {
        (left.whole, left.fraction) < (right.whole, right.fraction)
    }
}
