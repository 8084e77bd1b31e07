internal import Glibc

/// Tells a person at a terminal how far a check is, on one line of standard error.
struct GateProgress: Sendable {
    /// Nil when standard error is no terminal: a log would get a line of it for each sample.
    init?() {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
    }

    func show(_ seconds: Double, of window: Double, samples: Int) {
        Terminal.write(
            "\r\u{1B}[Kwatched for \(Int(seconds)) of \(window.shownSeconds) s, \(samples) samples",
            to: STDERR_FILENO
        )
    }

    /// Takes the line away.
    func end() {
        Terminal.write("\r\u{1B}[K", to: STDERR_FILENO)
    }
}
