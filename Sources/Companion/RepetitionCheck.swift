/// Finds the repetitions in a regular expression that can take for ever: a repeated group in which something else is
/// repeated, optional or a choice, as in `(a|aa)+` or `(a+)*`.
///
/// Regular expressions are matched by trying: such a group divides one text in exponentially many ways, and a server
/// chooses the text. Strict rather than clever: it also refuses groups in which every division is unique.
enum RepetitionCheck {
    static func isDangerous(_ pattern: String) -> Bool {
        /// For each group that is open, and for the whole, whether it has several ways to match.
        var hasChoice = [false]
        var classDepth = 0
        var isEscaped = false
        var previous: Character = " "
        /// Whether the group that just ended has several ways to match; `nil` where none has just ended.
        var ended: Bool?
        for character in pattern {
            defer { previous = isEscaped ? "\\" : character }
            if isEscaped {
                isEscaped = false
                ended = nil
                previous = " "
                continue
            }
            if character == "\\" {
                isEscaped = true
                continue
            }
            if classDepth > 0 || character == "[" {
                if character == "[" { classDepth += 1 }
                if character == "]" { classDepth -= 1 }
                ended = nil
                continue
            }
            switch character {
            case "(":
                hasChoice.append(false)
                ended = nil
            case ")":
                guard hasChoice.count > 1 else { return false }
                let inner = hasChoice.removeLast()
                ended = inner
                if inner { hasChoice[hasChoice.count - 1] = true }
            case "|":
                hasChoice[hasChoice.count - 1] = true
                ended = nil
            case "*", "+", "{":
                if ended == true { return true }
                hasChoice[hasChoice.count - 1] = true
            case "?" where previous != "(":
                hasChoice[hasChoice.count - 1] = true
            default:
                ended = nil
            }
        }
        return false
    }
}
