/// Where and why a text is not what its format says.
public struct CompanionSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1, or `nil` where the whole text is meant.
    public let line: Int?
    /// The byte within the line, counted from 1, where that is known.
    public let column: Int?
    public let message: String

    public init(line: Int?, column: Int? = nil, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    /// The error behind the name of its source: `metrics.txt:12:7: ...`.
    public func description(of source: String) -> String {
        [source, line.map(String.init), column.map(String.init)].compactMap(\.self).joined(separator: ":")
            + ": \(message)"
    }

    public var description: String { description(of: "text") }
}
