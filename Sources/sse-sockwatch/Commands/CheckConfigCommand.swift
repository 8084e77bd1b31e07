internal import ArgumentParser
internal import Companion

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Judge configuration files without starting the agent.",
        discussion: """
            Prints the configuration as the agent would use it, defaults filled in. Exit code 1 when a file is wrong, \
            with each mistake's line and column. A web configuration is judged with the certificates and keys that it \
            names.
            """
    )

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String?

    @Option(name: .customLong("config.file"), help: ArgumentHelp("The file.", valueName: "file"))
    var configFile: String?

    @Option(
        name: .customLong("web.config.file"),
        help: ArgumentHelp("A web configuration, as run takes it.", valueName: "file")
    )
    var webConfigFile: String?

    func validate() throws {
        let isNamedOnce = file == nil || configFile == nil
        guard isNamedOnce, file != nil || configFile != nil || webConfigFile != nil else {
            throw ValidationError(
                "name a configuration file: check-config FILE, or --config.file FILE, or --web.config.file FILE"
            )
        }
    }

    func run() throws {
        if let path = file ?? configFile { try judge(path) }
        if let webConfigFile { try judge(web: webConfigFile) }
    }

    private func judge(web path: String) throws {
        do {
            let configuration: WebConfiguration
            do throws(ConfigurationError) {
                configuration = try WebConfiguration.load(file: path)
            } catch {
                throw CommandFailure(error)
            }
            _ = try configuration.tls?.context(offersHTTP2: configuration.offersHTTP2)
        } catch let problem as TLSProblem {
            throw CommandFailure("\(path): \(problem)", status: ExitStatus.finding)
        }
        Terminal.print("# \(path) is valid.")
    }

    private func judge(_ path: String) throws {
        let configuration: AgentConfiguration
        do throws(ConfigurationError) {
            configuration = try AgentConfiguration.load(file: path)
        } catch {
            throw CommandFailure(error)
        }
        do {
            _ = try configuration.companionSettings()
        } catch {
            throw CommandFailure("\(path): \(error)", status: ExitStatus.finding)
        }
        Terminal.print("# \(path) is valid. This is how the agent uses it:\n" + configuration.effectiveYAML)
    }
}

extension CommandFailure {
    /// A file that cannot be read is a failure, one that is wrong a finding.
    fileprivate init(_ error: ConfigurationError) {
        let isUnreadable = error.problems.allSatisfy { $0.place == nil }
        self.init(error.description, status: isUnreadable ? ExitStatus.failure : ExitStatus.finding)
    }
}
