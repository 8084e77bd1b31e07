internal import ArgumentParser
internal import Companion

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Judge a configuration file without starting the agent.",
        discussion: """
            Prints the configuration as the agent would use it, defaults filled in. Exit code 1 when the file is wrong, \
            with each mistake's line and column.
            """
    )

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String?

    @Option(name: .customLong("config.file"), help: ArgumentHelp("The file.", valueName: "file"))
    var configFile: String?

    func validate() throws {
        guard (file == nil) != (configFile == nil) else {
            throw ValidationError("name one configuration file: check-config FILE, or --config.file FILE")
        }
    }

    func run() throws {
        let path = file ?? configFile ?? ""
        let configuration: AgentConfiguration
        do throws(ConfigurationError) {
            configuration = try AgentConfiguration.load(file: path)
        } catch {
            let isUnreadable = error.problems.allSatisfy { $0.place == nil }
            throw CommandFailure(error.description, status: isUnreadable ? ExitStatus.failure : ExitStatus.finding)
        }
        do {
            _ = try configuration.companionSettings()
        } catch {
            throw CommandFailure("\(path): \(error)", status: ExitStatus.finding)
        }
        Terminal.print("# \(path) is valid. This is how the agent uses it:\n" + configuration.effectiveYAML)
    }
}
