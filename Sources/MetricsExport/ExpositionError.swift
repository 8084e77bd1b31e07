/// Where and why a text is not an exposition in the format it was read as.
public struct ExpositionError: Error, Hashable, CustomStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// The byte within the line, counted from 1, where that is known.
    public let column: Int?
    public let message: String

    public init(line: Int, column: Int? = nil, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    /// `line 12: ...` or `line 12, column 7: ...`.
    public var description: String {
        if let column {
            "line \(line), column \(column): \(message)"
        } else {
            "line \(line): \(message)"
        }
    }
}

extension String {
    /// At most 60 characters without control characters, for messages about text that somebody else wrote.
    var shortened: String {
        var text = String.UnicodeScalarView()
        for (index, scalar) in unicodeScalars.enumerated() {
            guard index < 60 else { return String(text) + "..." }
            text.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
        }
        return String(text)
    }
}
