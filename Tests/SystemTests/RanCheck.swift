import NetworkLab

/// The command check, run to its end in a namespace.
struct RanCheck {
    let status: Int32
    let output: String
    let errors: String

    /// - Parameters:
    ///   - configuration: the text of its configuration file; nil for none.
    ///   - launcher: a program, and its arguments, that starts it in its own place.
    init(
        in namespace: LabNamespace,
        configuration: String? = nil,
        by launcher: [String] = [],
        _ arguments: String...
    ) async throws {
        let file = try configuration.map { try LabFile($0) }
        let words =
            launcher + [BuiltProgram.path, "check"] + (file.map { ["--config.file", $0.path] } ?? []) + arguments
        let process = try LabProcess(words[0], Array(words[1...]), in: namespace)
        let ending = try await process.waitForEnd(within: .seconds(40))
        guard case .exited(let status) = ending else { throw LabError("\(process.commandLine): \(ending)") }
        self.status = status
        output = process.standardOutput
        errors = process.standardError
    }

    /// The line of the table for a bound, its spaces made one.
    func row(_ bound: String) -> String? {
        output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            .first { $0.hasPrefix("\(bound) ") }
    }
}
