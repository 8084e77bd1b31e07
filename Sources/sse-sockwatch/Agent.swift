internal import HostSystem
internal import Logging
internal import ServiceLifecycle
internal import SockWatch

/// The agent: its parts, put together and run until a signal ends them.
struct Agent {
    var configuration: AgentConfiguration
    var web = WebServer.Settings()
    var collectors = Collectors()
    /// Reads the configuration again. Nil when there is no file to read.
    var reload: (@Sendable () throws -> AgentConfiguration)?
    var logger: Logger
    /// Services that run beside the agent and end with it.
    var attachments: [any Service] = []
    var onListening: @Sendable (Int) -> Void = { _ in }

    func run() async throws {
        let core = try AgentCore(configuration: configuration, collectors: collectors, logger: logger)
        let server = WebServer(settings: web, observatory: core.observatory, logger: logger) {
            [logger, onListening, web] port in
            logger.notice(
                "listening",
                metadata: ["address": "\(web.address)", "url": "\(web.address.url(port: port))"]
            )
            onListening(port)
            ProcessMemory.releaseCodeOfStart()
        }
        let reloader = Reloader(
            sampler: core.sampler,
            poller: core.poller,
            observatory: core.observatory,
            load: reload,
            logger: logger
        )

        let services = core.services + [reloader, server] + attachments
        do {
            try await ServiceGroup.runUntilSignal(services.map { .init(service: $0) }, logger: logger)
        } catch is CancellationError {
            logger.warning("some clients were still being served when the time to stop was over")
        }
        logger.notice("stopped")
    }
}
