internal import ArgumentParser
internal import Glibc
internal import HostSystem
internal import NIOCore

/// The program. It differs from what ArgumentParser would do by its exit codes alone: 0 ok, 1 finding, 2 usage or
/// failure.
@main
enum Main {
    @MainActor
    static func main() async {
        // A reader that goes away (`list | head`) ends the writing; it must not kill the agent.
        signal(SIGPIPE, SIG_IGN)
        // A request to reload that comes before the agent listens for it must not end it.
        signal(SIGHUP, SIG_IGN)
        Terminal.occupyClosedDescriptors()
        SpareDescriptor.keep()
        // Two loops serve all scrapers there are; one for each core would cost threads and buffers.
        NIOSingletons.groupLoopCountSuggestion = min(2, System.coreCount)
        exit(Terminal.status(after: await status(of: Array(CommandLine.arguments.dropFirst()))))
    }

    @MainActor
    static func status(of arguments: [String]) async -> Int32 {
        do {
            var command = try SockwatchCommand.parseAsRoot(arguments)
            if let prepared = try (command as? any PreparedCommand)?.prepared() {
                try await prepared()
            } else if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.ok
        } catch let code as ExitCode {
            return code.rawValue
        } catch let failure as CommandFailure {
            Terminal.complain(failure.description)
            return failure.status
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        switch SockwatchCommand.exitCode(for: error) {
        case .success:
            Terminal.print(SockwatchCommand.fullMessage(for: error))
            return ExitStatus.ok
        case .validationFailure:
            Terminal.printError(SockwatchCommand.fullMessage(for: error))
            return ExitStatus.failure
        default:
            Terminal.complain("\(error)")
            return ExitStatus.failure
        }
    }
}

/// A command that does something while the program has but one thread: what it then gives up is given up for good.
protocol PreparedCommand: ParsableCommand {
    /// - Returns: the rest of the command.
    func prepared() throws -> @Sendable () async throws -> Void
}

/// What the program's exit codes mean.
enum ExitStatus {
    static let ok: Int32 = 0
    /// It worked, and what it found is bad.
    static let finding: Int32 = 1
    /// It was used wrongly, or could not do its work.
    static let failure: Int32 = 2
}

/// Why a command ends, in words for its user.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let status: Int32

    init(_ description: String, status: Int32 = ExitStatus.failure) {
        self.description = description
        self.status = status
    }
}
