import Glibc
import NetworkLab
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips where one of the programs is not in PATH, and says which.
    static func programs(_ names: String...) -> Self {
        let missing = names.filter { !isInPath($0) }
        return .enabled(if: missing.isEmpty, "not in PATH: \(missing.joined(separator: ", "))")
    }

    /// Skips where Python has no package `prometheus_client`.
    static var prometheusClient: Self {
        .enabled("\(python) has no package prometheus_client") {
            let probe = try LabProcess(python, ["-c", "import prometheus_client"])
            return try await probe.waitForEnd(within: .seconds(30)) == .exited(0)
        }
    }

    private static func isInPath(_ name: String) -> Bool {
        guard let path = getenv("PATH") else { return false }
        return String(cString: path).split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }
}

/// The Python that has the packages of the tests.
var python: String { getenv("SSE_SOCKWATCH_PYTHON").map { String(cString: $0) } ?? "python3" }
