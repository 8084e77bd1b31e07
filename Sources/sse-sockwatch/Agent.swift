internal import HostSystem
internal import Logging
internal import ServiceLifecycle
internal import SockWatch

/// The agent: its parts, put together and run until a signal ends them.
struct Agent {
    var configuration: AgentConfiguration
    var web = WebServer.Settings()
    /// Where it listens.
    var places = WebListener.Places.addresses([.standard])
    private var listeners: [WebListener]?
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

    init(configuration: AgentConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Listens on the addresses that it serves on, and gives up the rights that it does not need beyond that. Called while the
    /// program has one thread, or what was given up is of some threads alone.
    mutating func prepare() throws {
        DescriptorLimit.raise()
        listeners = try places.open()
        let privileges = Privileges(for: configuration, collectors, logger: logger)
        guard let load = reload else { return }
        reload = {
            let configuration = try load()
            try privileges.check(configuration)
            return configuration
        }
    }

    func run() async throws {
        let listeners = try listeners ?? places.open()
        defer { for listener in listeners { _ = listener.removeFile() } }
        let security = try WebSecurity(file: webConfigurationFile, logger: logger)
        let core = try AgentCore(configuration: configuration, collectors: collectors, logger: logger)
        let reloader = await Reloader(
            sampler: core.sampler,
            poller: core.poller,
            observatory: core.observatory,
            load: reload,
            logger: logger
        )
        let server = WebServer(
            settings: web,
            listeners: listeners,
            observatory: core.observatory,
            security: security,
            logger: logger,
            reload: { await reloader.reload() }
        ) { [logger, onListening] listener in
            let url = listener.address.url(port: listener.port, isEncrypted: security.isEncrypted)
            logger.notice("listening", metadata: ["address": "\(listener.address)", "url": "\(url)"])
            if listener.address == listeners.first?.address { onListening(url) }
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
