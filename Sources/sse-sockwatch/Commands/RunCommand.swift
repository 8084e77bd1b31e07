internal import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the agent: watch ports and serve what it sees.",
        discussion: """
            Without --port and --config.file it watches every port that somebody listens on. SIGHUP reads the \
            configuration file again; SIGTERM ends the agent within five seconds.
            """
    )

    @OptionGroup var watching: ConfigurationOptions
    @OptionGroup var options: AgentOptions

    func run() async throws {
        var agent = options.agent(try watching.load())
        if watching.file != nil { agent.reload = { [watching] in try watching.load() } }
        try await agent.run()
    }
}
