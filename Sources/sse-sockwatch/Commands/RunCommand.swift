internal import ArgumentParser

struct RunCommand: AsyncParsableCommand, PreparedCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the agent: watch ports and serve what it sees.",
        discussion: """
            Without --port and --config.file it watches every port that somebody listens on. SIGHUP reads the \
            configuration file again; SIGTERM ends the agent within five seconds.
            """
    )

    @OptionGroup var watching: ConfigurationOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var options: AgentOptions

    func run() async throws { try await prepared()() }

    func prepared() throws -> @Sendable () async throws -> Void {
        let load = { @Sendable [watching, namespaces] in try namespaces.apply(to: try watching.load()) }
        var agent = options.agent(try load())
        if watching.file != nil { agent.reload = load }
        try agent.prepare()
        return { [agent] in try await agent.run() }
    }
}
