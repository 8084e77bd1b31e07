/// Ports to watch, in the one form that compares: sorted ranges that neither overlap nor touch.
struct PortRangeList: Sendable, Hashable {
    private(set) var ranges: [ClosedRange<UInt16>]

    /// How many ports the ranges hold.
    var count: Int { ranges.reduce(0) { $0 + $1.count } }

    init(_ ranges: [ClosedRange<UInt16>] = []) {
        var merged: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// `["8080", "9000-9003"]`
    var texts: [String] {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }
}

extension PortRangeList {
    /// Why a text names no ports, and what to write instead.
    struct Problem: Error, Equatable {
        var message: String
    }

    /// Reads `8080` or `8080-8090`.
    static func parseRange(_ text: String) throws(Problem) -> ClosedRange<UInt16> {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.trimmed }
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }) else {
            throw Problem(
                message: "`\(ConfigurationProblem.shown(text))` is not a port; write 8080, or 9000-9003 for a range"
            )
        }
        let low = try port(parts[0])
        let high = try port(parts[parts.count - 1])
        guard low <= high else {
            throw Problem(message: "\(low)-\(high) is reversed; write \(high)-\(low)")
        }
        return low...high
    }

    /// Reads ranges with commas between: `8080,9000-9003`. The ranges stand as written, so that a caller can tell which
    /// of them is at fault.
    static func parseRanges(_ text: String) throws(Problem) -> [ClosedRange<UInt16>] {
        var ranges: [ClosedRange<UInt16>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !part.trimmed.isEmpty else {
                throw Problem(
                    message: "`\(ConfigurationProblem.shown(text))` lacks a port; write them like 8080,9000-9003"
                )
            }
            ranges.append(try parseRange(String(part.trimmed)))
        }
        return ranges
    }

    private static func port(_ digits: Substring) throws(Problem) -> UInt16 {
        guard let port = UInt16(digits), port > 0 else {
            throw Problem(message: "\(ConfigurationProblem.shown(String(digits))) is not a port (1-65535)")
        }
        // Some YAML readers take 0010 for 8; nobody should have to know.
        guard digits.first != "0" else {
            throw Problem(message: "\(digits) has a leading zero; write \(port)")
        }
        return port
    }
}

extension Substring {
    /// Without the spaces at both ends.
    fileprivate var trimmed: Substring {
        var text = drop(while: { $0 == " " })
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
