/// A set of TCP ports, as sorted ranges that neither touch nor overlap.
///
/// ```swift
/// let ports = try PortSet("8080,9000-9003")
/// ports.contains(9001)  // true
/// ```
public struct PortSet: Hashable, Sendable {
    public private(set) var ranges: [ClosedRange<UInt16>]

    public static let empty = PortSet(ranges: [])

    public init(ranges unordered: some Sequence<ClosedRange<UInt16>>) {
        var merged: [ClosedRange<UInt16>] = []
        for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    public init(_ ports: some Sequence<UInt16>) {
        self.init(ranges: ports.map { $0...$0 })
    }

    public var isEmpty: Bool { ranges.isEmpty }

    /// The number of ports in the set, 0 to 65,536.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    public func contains(_ port: UInt16) -> Bool {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].upperBound < port { lower = middle + 1 } else { upper = middle }
        }
        return lower < ranges.count && ranges[lower].contains(port)
    }

    /// The smallest single range that holds the whole set. Nil when the set is empty.
    public var cover: ClosedRange<UInt16>? {
        guard let first = ranges.first, let last = ranges.last else { return nil }
        return first.lowerBound...last.upperBound
    }
}

extension PortSet: CustomStringConvertible {
    /// Each range as text: `8080`, or `9000-9003`.
    public var items: [String] {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    }

    /// The form that `init(_:)` reads: `8080,9000-9003`.
    public var description: String { items.joined(separator: ",") }
}

/// Why a text is not a set of ports, and what to write instead.
public struct PortSetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line without control characters, however the text looked.
    public let description: String

    fileprivate init(quoting text: some StringProtocol, _ reason: String) {
        description = "`\(Self.shown(text))` \(reason)"
    }

    fileprivate init(number: some StringProtocol, _ reason: String) {
        description = "\(Self.shown(number)) \(reason)"
    }

    private static func shown(_ text: some StringProtocol) -> String {
        let limit = 60
        let shown = text.unicodeScalars.prefix(limit).map { $0.escaped(asASCII: true) }.joined()
        return text.unicodeScalars.count > limit ? shown + "..." : shown
    }
}

extension PortSet {
    /// Reads ports and ranges separated by commas: `8080`, `8080,9000-9003`, with spaces around them if need be.
    public init(_ text: String) throws(PortSetError) {
        self.init(ranges: try Self.ranges(in: text))
    }

    /// Reads the same as ``init(_:)``, and leaves the ranges as they are written: in their order, even if they overlap.
    public static func ranges(in text: String) throws(PortSetError) -> [ClosedRange<UInt16>] {
        var ranges: [ClosedRange<UInt16>] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let item = trimmed(item)
            guard !item.isEmpty else {
                throw PortSetError(quoting: text, "lacks a port; write them like 8080,9000-9003")
            }
            ranges.append(try range(item))
        }
        return ranges
    }

    private static func range(_ item: Substring) throws(PortSetError) -> ClosedRange<UInt16> {
        let bounds = item.split(separator: "-", omittingEmptySubsequences: false).map(trimmed)
        let isWritten = bounds.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
        guard bounds.count <= 2, isWritten else {
            throw PortSetError(quoting: item, "is not a port; write 8080, or 9000-9003 for a range")
        }
        let first = try port(bounds[0])
        let last = try port(bounds[bounds.count - 1])
        guard first <= last else {
            throw PortSetError(number: "\(first)-\(last)", "is reversed; write \(last)-\(first)")
        }
        return first...last
    }

    private static func port(_ digits: Substring) throws(PortSetError) -> UInt16 {
        guard let port = UInt16(digits), port > 0 else { throw PortSetError(number: digits, "is not a port (1-65535)") }
        // Some YAML readers take 0010 for 8; nobody should have to know.
        guard digits.first != "0" else { throw PortSetError(number: digits, "has a leading zero; write \(port)") }
        return port
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
