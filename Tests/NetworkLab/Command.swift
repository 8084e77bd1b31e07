/// Programs that the laboratory runs to their end.
enum Command {
    @discardableResult
    static func run(_ words: String...) throws -> String {
        try run(words, in: nil)
    }

    /// Runs a program, in `namespace` if there is one, and returns its standard output.
    @discardableResult
    static func run(_ words: [String], in namespace: LabNamespace? = nil) throws -> String {
        guard let program = words.first else { throw LabError("no program to run") }
        let process = try LabProcess(program, Array(words.dropFirst()), in: namespace)
        let ending = try process.waitUntilEnd()
        guard ending == .exited(0) else {
            throw LabError("\(words.joined(separator: " ")): \(ending): \(process.standardError.trimmedEnd)")
        }
        return process.standardOutput
    }
}

extension String {
    /// Without the white space at the end, which programs close their messages with.
    var trimmedEnd: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
