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
    /// The form that `init(_:)` reads: `8080,9000-9003`.
    public var description: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}

/// Why a text is not a set of ports.
public struct PortSetError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension PortSet {
    /// Reads ports and ranges separated by commas: `8080`, `8080,9000-9003`.
    public init(_ text: String) throws(PortSetError) {
        var ranges: [ClosedRange<UInt16>] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            ranges.append(try Self.range(item))
        }
        self.init(ranges: ranges)
    }

    private static func range(_ item: Substring) throws(PortSetError) -> ClosedRange<UInt16> {
        let bounds = item.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try port(bounds[0])
        guard bounds.count == 2 else { return first...first }
        let last = try port(bounds[1])
        guard first <= last else {
            throw PortSetError(description: "'\(item)' runs backwards; write \(last)-\(first)")
        }
        return first...last
    }

    private static func port(_ text: Substring) throws(PortSetError) -> UInt16 {
        guard let port = UInt16(text), port > 0, text.allSatisfy(\.isNumber) else {
            throw PortSetError(description: "'\(text)' is not a port (1-65535)")
        }
        return port
    }
}
