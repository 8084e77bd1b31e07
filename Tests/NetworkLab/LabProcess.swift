import CNetworkLab
import Glibc
import Synchronization

/// A program that runs beside the test, inside a network namespace if one is given.
///
/// It is spawned directly, so ``identifier`` is the program's own. It inherits no descriptor, its standard input is
/// empty, and what it writes is kept. It is killed with the last reference if it still runs then.
public final class LabProcess: Sendable {
    /// The program's process id.
    public let identifier: Int32

    /// The command line, for messages.
    public let commandLine: String

    private let namespace: LabNamespace?
    private let output: CapturedOutput
    private let errors: CapturedOutput
    private let ending = Mutex<ProcessEnding?>(nil)

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to be found by PATH.
    ///   - environment: variables to set on top of the test's own.
    public init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        in namespace: LabNamespace? = nil
    ) throws {
        self.namespace = namespace
        commandLine = ([program] + arguments).joined(separator: " ")
        output = try CapturedOutput()
        errors = try CapturedOutput()
        let spawn = ProcessSpawn(
            program: program,
            arguments: arguments,
            environment: environment,
            output: try output.descriptor.value(),
            errors: try errors.descriptor.value()
        )
        identifier =
            if let namespace {
                try namespace.perform { try spawn.start() }
            } else {
                try spawn.start()
            }
    }

    deinit {
        if (try? checkEnded()) == nil {
            try? signal(SIGKILL)
            _ = try? waitUntilEnd()
        }
    }

    /// Everything that the program has written to its standard output up to now.
    public var standardOutput: String { output.text }

    /// Everything that the program has written to its standard error up to now.
    public var standardError: String { errors.text }

    /// Sends a signal: `SIGTERM`, `SIGSTOP`, `SIGCONT`, `SIGKILL`, `SIGHUP`. Does nothing if the program has ended, so a
    /// stranger that got its process id is never hit.
    public func signal(_ number: Int32) throws {
        try ending.withLock { ending in
            if try Self.reap(identifier, into: &ending, options: WNOHANG) != nil { return }
            try systemCall("signal \(number) to \(commandLine)") { kill(identifier, number) }
        }
    }

    /// How the program ended, or nil while it runs.
    public func checkEnded() throws -> ProcessEnding? {
        try ending.withLock { try Self.reap(identifier, into: &$0, options: WNOHANG) }
    }

    /// Waits for the end of the program.
    ///
    /// - Throws: ``NotInTime``, with what the program wrote, if it runs on.
    @discardableResult
    public func waitForEnd(within limit: Duration = .seconds(10)) async throws -> ProcessEnding {
        let ended = try await eventually("\(commandLine) ends", within: limit) {
            try checkEnded()
        } until: {
            $0 != nil
        }
        guard let ended else { throw LabError("\(commandLine) did not end") }
        return ended
    }

    /// Waits until a line of the standard output (or error) contains `text`, and returns that line.
    ///
    /// - Throws: ``LabError`` with the standard error if the program ends without it; ``NotInTime`` if it says nothing.
    @discardableResult
    public func waitForLine(
        containing text: String,
        in stream: Stream = .output,
        within limit: Duration = .seconds(10)
    ) async throws -> String {
        func find(_ ended: ProcessEnding?) -> String? {
            let written = stream == .output ? standardOutput : standardError
            // A line that is not whole yet is none: programs write them in pieces.
            let whole = ended == nil ? written[..<(written.lastIndex(of: "\n") ?? written.startIndex)] : written[...]
            return whole.split(separator: "\n").first { $0.contains(text) }.map(String.init)
        }
        let looked = try await eventually("\(commandLine) writes \"\(text)\"", within: limit) {
            // In this order: a program that writes the line and ends is not one that ended without it.
            let ended = try checkEnded()
            return (line: find(ended), ended: ended, errors: standardError.trimmedEnd)
        } until: {
            $0.line != nil || $0.ended != nil
        }
        guard let line = looked.line else {
            let ending = looked.ended.map { "\($0)" } ?? "it did not end"
            throw LabError("\(commandLine): no line with \"\(text)\"; \(ending): \(looked.errors)")
        }
        return line
    }

    /// One of the program's two output streams.
    public enum Stream: Sendable {
        case output, errors
    }

    /// Blocks until the program has ended: for short commands.
    func waitUntilEnd() throws -> ProcessEnding {
        let ended = try ending.withLock { try Self.reap(identifier, into: &$0, options: 0) }
        guard let ended else { throw LabError("\(commandLine) did not end") }
        return ended
    }

    private static func reap(
        _ identifier: pid_t,
        into ending: inout ProcessEnding?,
        options: Int32
    ) throws -> ProcessEnding? {
        if let ending { return ending }
        var status: Int32 = 0
        let reaped = try systemCall("wait for process \(identifier)") { waitpid(identifier, &status, options) }
        if reaped == identifier { ending = ProcessEnding(waitStatus: status) }
        return ending
    }
}
