/// A time as people read it: `0.4s`, `1s`, `12s`, `5m10s`, `3h5m`, `2d4h`.
///
/// Units are bytes, so that a row of a list needs no string for one.
struct AgeText: CustomStringConvertible {
    let first: UInt64
    let unit: UInt8
    /// Tenths of a second, or the next smaller unit. Nil when there is none.
    let second: UInt64?
    let secondUnit: UInt8

    private init(_ first: UInt64, _ unit: Unicode.Scalar, _ second: UInt64?, _ secondUnit: Unicode.Scalar = "s") {
        self.first = first
        self.unit = UInt8(ascii: unit)
        self.second = second
        self.secondUnit = UInt8(ascii: secondUnit)
    }

    init(milliseconds: UInt64) {
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<10:
            let tenths = (milliseconds + 50) / 100
            self = tenths % 10 == 0 ? AgeText(tenths / 10, "s", nil) : AgeText(tenths / 10, ".", tenths % 10)
        case ..<100: self = AgeText(seconds, "s", nil)
        case ..<3600: self = AgeText(seconds / 60, "m", seconds % 60)
        case ..<86400: self = AgeText(seconds / 3600, "h", seconds / 60 % 60, "m")
        default: self = AgeText(seconds / 86400, "d", seconds / 3600 % 24, "h")
        }
    }

    /// - Parameter seconds: 0 or more.
    init(seconds: Double) {
        self.init(milliseconds: UInt64(max(0, seconds) * 1000 + 0.001))
    }

    var description: String {
        let text = "\(first)\(Character(Unicode.Scalar(unit)))"
        return second.map { "\(text)\($0)\(Character(Unicode.Scalar(secondUnit)))" } ?? text
    }
}
