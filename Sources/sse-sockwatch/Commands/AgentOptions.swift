internal import ArgumentParser
internal import Logging

/// The flags of every command that runs the agent, as Prometheus' exporters have them.
struct AgentOptions: ParsableArguments {
    @Option(
        name: .customLong("web.listen-address"),
        help: ArgumentHelp(
            "Where to serve metrics and the page: host:port, :port, or unix:/path. May be repeated. (default: :10047)",
            valueName: "address"
        )
    )
    var listenAddresses: [ListenAddress] = []

    @Flag(
        name: .customLong("web.systemd-socket"),
        help: "Serve on the sockets that systemd hands over (socket activation) and on no other."
    )
    var takesSystemdSockets = false

    @Option(
        name: .customLong("web.telemetry-path"),
        help: ArgumentHelp("Under which path to serve metrics.", valueName: "path")
    )
    var telemetryPath = "/metrics"

    @Option(
        name: .customLong("web.config.file"),
        help: ArgumentHelp(
            "TLS, passwords, headers and a rate limit for all that is served, as Prometheus' exporters have it.",
            valueName: "file"
        )
    )
    var webConfigurationFile: String?

    @Option(
        name: .customLong("web.max-requests"),
        help: ArgumentHelp("How many scrapes are answered at one time; 0 for any number.", valueName: "number")
    )
    var mostScrapes = 40

    @Flag(name: .customLong("web.enable-lifecycle"), help: "Read the configuration again at POST /-/reload.")
    var enablesLifecycle = false

    @Flag(name: .customLong("web.disable-exporter-metrics"), help: "Leave out the metrics about the agent itself.")
    var disablesExporterMetrics = false

    @OptionGroup var collectors: CollectorOptions
    @OptionGroup var log: LogOptions

    func validate() throws {
        guard listenAddresses.isEmpty || !takesSystemdSockets else {
            throw ValidationError(
                "--web.systemd-socket and --web.listen-address exclude each other: the socket unit names the addresses"
            )
        }
        for (place, address) in listenAddresses.enumerated() where listenAddresses[..<place].contains(address) {
            throw ValidationError("--web.listen-address: \(address) is named twice")
        }
        guard mostScrapes >= 0 else {
            throw ValidationError("--web.max-requests: \(mostScrapes) must be 0 or more")
        }
        let isPlain = telemetryPath.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "/-_.~".contains($0) }
        // Slashes in a row, or one at the end, would make two paths of one.
        let parts = telemetryPath.split(separator: "/", omittingEmptySubsequences: false)
        let isPath = parts.count > 1 && parts[0].isEmpty && parts.dropFirst().allSatisfy { !$0.isEmpty }
        guard isPlain, isPath, !WebServer.ownPaths.contains(telemetryPath) else {
            throw ValidationError(
                "--web.telemetry-path: '\(telemetryPath)' must be a path of its own, such as /metrics"
            )
        }
    }

    func agent(_ configuration: AgentConfiguration) -> Agent {
        var agent = Agent(configuration: configuration, logger: log.logger)
        agent.web = WebServer.Settings(
            telemetryPath: telemetryPath,
            includesAgentMetrics: !disablesExporterMetrics,
            mostScrapes: mostScrapes,
            enablesLifecycle: enablesLifecycle
        )
        let addresses = listenAddresses.isEmpty ? [.standard] : listenAddresses
        agent.places = takesSystemdSockets ? .systemd : .addresses(addresses)
        agent.webConfigurationFile = webConfigurationFile
        agent.collectors = collectors.collectors
        return agent
    }
}

/// How much the agent says, and in which form.
struct LogOptions: ParsableArguments {
    @Option(name: .customLong("log.level"), help: "How much to log: debug, info, warn or error.")
    var level = LogLevel.info

    @Option(name: .customLong("log.format"), help: "How log lines look: logfmt or json.")
    var format = LogFormat.logfmt

    var logger: Logger {
        let handler = LineLogHandler(format: format, logLevel: level.level)
        return Logger(label: "sse-sockwatch") { _ in handler }
    }
}

/// The levels by the names that Prometheus gives them.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warn, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warn: .warning
        case .error: .error
        }
    }
}
