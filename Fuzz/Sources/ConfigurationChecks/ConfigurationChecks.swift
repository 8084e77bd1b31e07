import FuzzKit

@testable import AgentSettings

/// What is true of every refusal: it says where, and what, and does not end the line that it is printed on.
func checkProblems(_ error: ConfigurationError, of bytes: [UInt8]) {
    check(!error.problems.isEmpty, "refused without a reason")
    check(error.problems.count <= ConfigurationError.listedLimit, "\(error.problems.count) problems are listed")
    for problem in error.problems {
        check(!problem.message.isEmpty, "a problem without words")
        let line = problem.line(in: error.file)
        check(
            !line.utf8.contains { $0 < 32 || $0 == 127 },
            "control characters: \(line.debugDescription)"
        )
        guard let place = problem.place else {
            // Only of a text as a whole.
            check(problem.path.isEmpty, "\(problem.path) has no place")
            continue
        }
        // A text has fewer lines than bytes, whatever ends a line.
        check((1...bytes.count + 1).contains(place.line), "line \(place.line) of \(bytes.count) bytes")
        check((1...bytes.count + 1).contains(place.column), "column \(place.column) of \(bytes.count) bytes")
    }
}
