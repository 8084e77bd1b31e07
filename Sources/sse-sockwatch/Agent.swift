internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import UnixSignals

/// The agent: its parts, put together and run until a signal ends them.
struct Agent {
    var configuration: AgentConfiguration
    var web = WebServer.Settings()
    var readsCompanions = true
    var followsConnections = true
    var hearsEvents = true
    var tellsServices = true
    /// Reads the configuration again. Nil when there is no file to read.
    var reload: (@Sendable () throws -> AgentConfiguration)?
    var logger: Logger
    /// Services that run beside the agent and end with it.
    var attachments: [any Service] = []
    var onListening: @Sendable (Int) -> Void = { _ in }

    /// The agent ends within five seconds of SIGTERM; what still runs after four is cancelled.
    private static let gracefulShutdown = Duration.seconds(4)

    func run() async throws {
        var settings = configuration.samplerSettings
        settings.evidence.isOn = followsConnections
        settings.evidence.hasEvents = hearsEvents
        settings.evidence.countsCgroups = tellsServices
        let sampler = Sampler(settings: settings, logger: logger)
        let poller =
            readsCompanions
            ? CompanionPoller(settings: try configuration.companionSettings(), logger: logger, sampler: sampler) : nil
        let observatory = Observatory(sampler: sampler, poller: poller, configuration: configuration)
        let server = WebServer(settings: web, observatory: observatory, logger: logger) {
            [logger, onListening, web] port in
            logger.notice(
                "listening",
                metadata: ["address": "\(web.address)", "url": "\(web.address.url(port: port))"]
            )
            onListening(port)
        }
        let reloader = Reloader(
            sampler: sampler,
            poller: poller,
            observatory: observatory,
            load: reload,
            logger: logger
        )

        var services: [any Service] = [sampler]
        if let poller { services.append(poller) }
        services += [reloader, server]
        services += attachments
        var group = ServiceGroupConfiguration(
            services: services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        group.maximumGracefulShutdownDuration = Self.gracefulShutdown
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {
            logger.warning("some clients were still being served when the time to stop was over")
        }
        logger.notice("stopped")
    }

    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(.error, logger.logLevel)
        return quiet
    }
}
