/// One thing that is wrong in a configuration: where, in which value, what, and what to do about it.
struct ConfigurationProblem: Error, Sendable, Equatable {
    /// Nil if the problem is with the file as a whole (it cannot be read, it is too large).
    var place: TextPlace?
    /// The value, such as `watch[0].ports`; empty if the problem is not with one value.
    var path: String
    var message: String

    init(at place: TextPlace?, path: ConfigurationPath = .root, _ message: String) {
        self.place = place
        self.path = path.description
        self.message = message
    }

    /// `config.yml:12:7: watch[0].ports: 80800 is not a port (1-65535)`
    func line(in file: String) -> String {
        var line = file
        if let place { line += ":\(place)" }
        if !path.isEmpty { line += ": \(path)" }
        return line + ": \(message)"
    }
}

extension ConfigurationProblem {
    /// Text of the user's as it may stand in a message: on one line, without control characters, and not too long.
    static func shown(_ text: String, upTo limit: Int = 60) -> String {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return shown + "..." }
            if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .lineSeparator
                || scalar.properties.generalCategory == .paragraphSeparator
                || scalar.properties.generalCategory == .format
            {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return shown
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// How many problems a message lists; the rest is only counted.
    static let listedLimit = 20

    /// As the user named it.
    let file: String
    /// Sorted by place, at most ``listedLimit``, at least one.
    let problems: [ConfigurationProblem]
    /// How many more there are.
    let unlisted: Int

    init(file: String, problems: [ConfigurationProblem]) {
        self.file = file
        let sorted = problems.enumerated().sorted { left, right in
            let first = (left.element.place ?? TextPlace(line: 0, column: 0), left.offset)
            let second = (right.element.place ?? TextPlace(line: 0, column: 0), right.offset)
            return first < second
        }
        self.problems = sorted.prefix(Self.listedLimit).map(\.element)
        self.unlisted = max(0, problems.count - Self.listedLimit)
    }

    /// One line per problem, without a newline at the end.
    var description: String {
        var lines = problems.map { $0.line(in: file) }
        if unlisted > 0 { lines.append("\(file): and \(unlisted) more \(unlisted == 1 ? "problem" : "problems")") }
        return lines.joined(separator: "\n")
    }
}
