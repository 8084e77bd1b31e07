import Glibc

/// The programs that run the laboratory's scripts.
enum LabInterpreter {
    /// SSE_SOCKWATCH_PYTHON names a Python that has the packages of the tests.
    static func program(for file: String) -> String {
        if file.hasSuffix(".js") { return "node" }
        guard let python = getenv("SSE_SOCKWATCH_PYTHON") else { return "python3" }
        return String(cString: python)
    }

    /// Why it cannot run here, or nil if it can.
    ///
    /// - Parameter package: a package of Python that the script needs.
    static func unavailable(for file: String, package: String? = nil) -> String? {
        let isPython = file.hasSuffix(".py")
        do {
            try Command.run([
                program(for: file), isPython ? "-c" : "-e", isPython ? package.map { "import \($0)" } ?? "" : "",
            ])
            return nil
        } catch {
            // Of a traceback only the last line says what is missing.
            return "\(error)".split(separator: "\n").last.map(String.init)
        }
    }
}
