internal import HostSystem
internal import Logging
internal import ServiceLifecycle
internal import SockWatch

/// The agent: its parts, put together and run until a signal ends them.
struct Agent {
    var configuration: AgentConfiguration
    var web = WebServer.Settings()
    /// Who may talk to the web server; a file of exporter-toolkit's format.
    var webConfigurationFile: String?
    var collectors = Collectors()
    /// Reads the configuration again. Nil when there is no file to read.
    var reload: (@Sendable () throws -> AgentConfiguration)?
    var logger: Logger
    /// Services that run beside the agent and end with it.
    var attachments: [any Service] = []
    /// Told the URL of the first address that it listens on.
    var onListening: @Sendable (String) -> Void = { _ in }

    func run() async throws {
        let security = try WebSecurity(file: webConfigurationFile, logger: logger)
        let core = try AgentCore(configuration: configuration, collectors: collectors, logger: logger)
        let reloader = Reloader(
            sampler: core.sampler,
            poller: core.poller,
            observatory: core.observatory,
            load: reload,
            logger: logger
        )
        let server = WebServer(
            settings: web,
            observatory: core.observatory,
            security: security,
            logger: logger,
            reload: { await reloader.reload() }
        ) { [logger, onListening, web] address, port in
            let url = address.url(port: port, isEncrypted: security.isEncrypted)
            logger.notice("listening", metadata: ["address": "\(address)", "url": "\(url)"])
            if address == web.addresses.first { onListening(url) }
            ProcessMemory.releaseCodeOfStart()
        }

        let services = core.services + [reloader, server] + attachments
        do {
            try await ServiceGroup.runUntilSignal(services.map { .init(service: $0) }, logger: logger)
        } catch is CancellationError {
            logger.warning("some clients were still being served when the time to stop was over")
        }
        logger.notice("stopped")
    }
}
