internal import Glibc

/// The time of day. It can step, so it is shown and exported, and never used to measure.
public struct WallClock: Hashable, Sendable {
    /// Seconds since 1970, UTC.
    public let seconds: Double

    public init(seconds: Double) {
        self.seconds = seconds
    }

    public static var now: WallClock {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return WallClock(seconds: Double(now.tv_sec) + Double(now.tv_nsec) / 1e9)
    }

    /// As in HTTP's `Date`, by RFC 9110: `Sat, 31 Jan 2026 23:59:59 GMT`.
    public var httpDate: String {
        var whole = time_t(seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&whole, &parts)
        // By the locale C, which a program has that chooses none.
        var text = [CChar](repeating: 0, count: 40)
        let length = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// RFC 3339 with milliseconds: `2026-01-31T23:59:59.123Z`.
    public var text: String {
        let milliseconds = Int64((seconds * 1000).rounded(.down))
        var whole = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&whole, &parts)
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1, 2))-\(padded(parts.tm_mday, 2))"
        let time = "\(padded(parts.tm_hour, 2)):\(padded(parts.tm_min, 2)):\(padded(parts.tm_sec, 2))"
        return "\(date)T\(time).\(padded(milliseconds % 1000, 3))Z"
    }
}
