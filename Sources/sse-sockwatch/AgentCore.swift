internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import UnixSignals

/// What is looked at beside the sockets' states.
struct Collectors: Hashable, Sendable {
    /// The servers' own numbers.
    var companions = true
    /// Single connections: heartbeats, liveness, traffic.
    var connections = true
    /// The events of connections that end.
    var events = true
    /// To which service connections belong.
    var services = true
}

/// What looks at the kernel and asks the servers, put together. The agent serves what it sees, a check judges it.
struct AgentCore {
    let sampler: Sampler
    /// Nil when the servers' own numbers are not wanted.
    let poller: CompanionPoller?
    let observatory: Observatory

    init(configuration: AgentConfiguration, collectors: Collectors, logger: Logger) throws {
        var settings = configuration.samplerSettings
        settings.evidence.isOn = collectors.connections
        settings.evidence.hasEvents = collectors.events
        settings.evidence.countsCgroups = collectors.services
        sampler = Sampler(settings: settings, logger: logger)
        poller =
            collectors.companions
            ? CompanionPoller(settings: try configuration.companionSettings(), logger: logger, sampler: sampler) : nil
        observatory = Observatory(
            sampler: sampler,
            poller: poller,
            portOwners: collectors.services ? PortOwners() : nil,
            configuration: configuration
        )
    }

    /// What has to run, in the order of its start.
    var services: [any Service] { poller.map { [sampler, $0] } ?? [sampler] }
}

extension ServiceGroup {
    /// The program ends within five seconds of SIGTERM; what still runs after four is cancelled.
    private static let gracefulShutdown = Duration.seconds(4)

    /// Runs services until one of them ends the group, or SIGTERM or SIGINT does.
    static func runUntilSignal(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration],
        logger: Logger
    ) async throws {
        var quiet = logger
        quiet.logLevel = max(.error, logger.logLevel)
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = gracefulShutdown
        try await ServiceGroup(configuration: group).run()
    }
}
