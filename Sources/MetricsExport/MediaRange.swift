/// A media type or range with its parameters, as `Accept` and `Content-Type` carry them (RFC 9110, 5.6.6 and 12.5.1).
struct MediaRange {
    /// Type and subtype in lower case: `text/plain`, `text/*`.
    let type: String
    private let parameters: [(name: String, value: String)]

    /// Reads one element of a header, or gives `nil` if there is no `type/subtype` in it.
    init?(_ element: Substring.UTF8View) {
        var parts = element.splitOutsideQuotes(at: UInt8(ascii: ";")).makeIterator()
        guard let first = parts.next() else { return nil }
        let type = String(Substring(first.trimmed())).lowercased()
        let halves = type.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.type = type
        var parameters: [(name: String, value: String)] = []
        while let part = parts.next() {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(Substring(part[..<equals].trimmed())).lowercased()
            var value = part[part.index(after: equals)...].trimmed()
            if value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") {
                value = value.dropFirst().dropLast()
            }
            parameters.append((name, String(Substring(value))))
        }
        self.parameters = parameters
    }

    /// The value of the first parameter with this name (in lower case), without quotes.
    func parameter(_ name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }
}

extension Collection<UInt8> where SubSequence == Substring.UTF8View {
    /// The parts between separators, where a separator within a quoted string is none.
    func splitOutsideQuotes(at separator: UInt8) -> [Substring.UTF8View] {
        var isQuoted = false
        var isEscaped = false
        return split(omittingEmptySubsequences: false) { byte in
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
            return byte == separator && !isQuoted
        }
    }
}

extension Substring.UTF8View {
    fileprivate func trimmed() -> Substring.UTF8View {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var rest = self.drop(while: isSpace)
        while let last = rest.last, isSpace(last) {
            rest = rest.dropLast()
        }
        return rest
    }
}
