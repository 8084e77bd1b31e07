/// What a name or a label's value must be: equal to a text, or matched as a whole by a regular expression.
public struct CompanionPattern: Sendable, Hashable, CustomStringConvertible {
    private enum Test: Hashable {
        case equal(String)
        case expression(String)
    }

    private let test: Test

    private init(_ test: Test) {
        self.test = test
    }

    /// Matches this text and nothing else.
    public static func equal(_ text: String) -> CompanionPattern {
        CompanionPattern(.equal(text))
    }

    /// Matches every text that the regular expression (Swift's `Regex` syntax) matches from beginning to end.
    ///
    /// A text of more than ``textLimit`` bytes matches no expression.
    ///
    /// - Throws: ``CompanionMappingError`` if the expression cannot be compiled, or repeats a group in which something
    ///   is repeated, optional or a choice: with such a group a server could choose a text that takes for ever.
    public static func expression(_ pattern: String) throws(CompanionMappingError) -> CompanionPattern {
        do {
            _ = try Regex(pattern)
        } catch {
            throw CompanionMappingError(message: "\"\(pattern)\" is not a regular expression: \(error)")
        }
        guard !RepetitionCheck.isDangerous(pattern) else {
            throw CompanionMappingError(
                message: """
                    "\(pattern)" repeats a group in which something is repeated, optional or a choice, which can take for \
                    ever on some texts; write it without the outer repetition, or with a class such as [a-z.]+
                    """
            )
        }
        return CompanionPattern(.expression(pattern))
    }

    /// The bytes of the longest text that is held against an expression.
    public static let textLimit = 1000

    /// For expressions that stand in this module; a test compiles all of them.
    static func verified(_ pattern: String) -> CompanionPattern {
        CompanionPattern(.expression(pattern))
    }

    /// The text, behind `=~` if it is an expression.
    public var description: String { isExpression ? "=~\(source)" : source }

    public var isExpression: Bool { literal == nil }

    /// The text to which a value must be equal, or the source of the expression.
    public var source: String {
        switch test {
        case .equal(let text): text
        case .expression(let pattern): pattern
        }
    }

    /// The text to which a value must be equal, `nil` for an expression.
    var literal: String? {
        if case .equal(let text) = test { text } else { nil }
    }

    /// A test of many texts. It remembers what it found: in an exposition the same few names and values come again and
    /// again, and a regular expression costs a hundred times a comparison.
    ///
    /// - Parameter deadline: After it nothing new matches an expression: whoever asked has stopped waiting.
    func makeMatcher(until deadline: ContinuousClock.Instant? = nil) -> Matcher {
        Matcher(self, until: deadline)
    }

    struct Matcher {
        private let pattern: CompanionPattern
        // `Regex` is not Sendable, so a pattern keeps its source and a matcher, which lives for one text, compiles it.
        private let expression: Regex<AnyRegexOutput>?
        private var known: [String: Bool] = [:]
        private let deadline: ContinuousClock.Instant?

        fileprivate init(_ pattern: CompanionPattern, until deadline: ContinuousClock.Instant?) {
            self.deadline = deadline
            self.pattern = pattern
            if case .expression(let source) = pattern.test {
                expression = try? Regex(source)
            } else {
                expression = nil
            }
        }

        mutating func matches(_ text: String) -> Bool {
            if let literal = pattern.literal { return text == literal }
            if let answer = known[text] { return answer }
            guard text.utf8.count <= CompanionPattern.textLimit else { return false }
            if let deadline, ContinuousClock.now > deadline { return false }
            let answer = expression.flatMap { try? $0.wholeMatch(in: text) } != nil
            known[text] = answer
            return answer
        }
    }
}
