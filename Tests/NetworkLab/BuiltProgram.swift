import Glibc

/// The program under test, as it was built with the tests.
public enum BuiltProgram {
    /// The path of `sse-sockwatch`: what SSE_SOCKWATCH_BINARY names, or else what lies beside the test's own program.
    public static let path: String = {
        if let path = getenv("SSE_SOCKWATCH_BINARY") { return String(cString: path) }
        guard let own = realpath("/proc/self/exe", nil) else { return "sse-sockwatch" }
        defer { free(own) }
        let file = String(cString: own)
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex) + "/sse-sockwatch"
    }()
}
