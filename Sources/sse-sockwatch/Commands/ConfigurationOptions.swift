internal import ArgumentParser

/// Where a command learns which ports to watch.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .customLong("config.file"),
        help: ArgumentHelp("Read the watched ports from a file.", valueName: "file")
    )
    var file: String?

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp(
            "Watch a port, a range, or a named one: 8080, 8080-8090, orders=8080. May be repeated.",
            valueName: "port"
        )
    )
    var ports: [String] = []

    /// The configuration of the file with the ports of the flags in place of its own.
    func load() throws -> AgentConfiguration {
        let configuration = try file.map { try AgentConfiguration.load(file: $0) }
        return try (configuration ?? AgentConfiguration()).watching(try ports.map(WatchArgument.parse))
    }
}
