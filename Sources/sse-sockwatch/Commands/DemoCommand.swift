internal import ArgumentParser
internal import NIOPosix
internal import ServiceLifecycle
internal import SockDiag

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a small SSE server with switchable faults on loopback, and the agent watching it.",
        discussion: """
            The server leaks connections from the start, so that within half a minute the page and the metrics show it. \
            Faults are switched over HTTP; the addresses are printed.
            """
    )

    @Option(name: .customLong("demo.port"), help: "The port of the demo server; 0 takes any free one.")
    var port: UInt16 = 0

    @Option(
        name: .customLong("demo.control-port"),
        help: "The port at which faults are switched; 0 takes any free one."
    )
    var controlPort: UInt16 = 0

    @Flag(name: .customLong("demo.healthy"), help: "Start without a fault.")
    var startsHealthy = false

    @OptionGroup var options: AgentOptions

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        var faults = DemoFaults()
        faults.leak = !startsHealthy
        let server = try await start(faults, group)
        let clients = DemoClients.start(host: server.host, port: server.port, group: group)
        var agent = options.agent(configuration(server))
        agent.attachments = [DemoService(server: server, clients: clients)]
        agent.onListening = { [options] url in
            let guide = DemoGuide(
                server: server,
                agentURL: url,
                telemetryPath: options.telemetryPath
            )
            Terminal.print(startsHealthy ? guide.healthyText : guide.leakingText)
        }
        try await agent.run()
    }

    private func start(_ faults: DemoFaults, _ group: MultiThreadedEventLoopGroup) async throws -> DemoServer {
        do {
            return try await DemoServer.start(
                port: Int(port),
                controlPort: Int(controlPort),
                faults: faults,
                group: group
            )
        } catch {
            throw CommandFailure("cannot start the demo server: \(error); choose a port with --demo.port")
        }
    }

    /// Bounds short enough that a leak is told within half a minute.
    private func configuration(_ server: DemoServer) -> AgentConfiguration {
        var configuration = AgentConfiguration()
        configuration.sampling.interval = .seconds(1)
        configuration.defaults.closeWaitStuckAfter = .seconds(10)
        configuration.defaults.closeWaitWindow = .seconds(12)
        configuration.defaults.heartbeatInterval = .seconds(1)
        configuration.watches = [
            WatchConfiguration(
                name: "demo",
                ports: PortSet([UInt16(server.port)]),
                settings: configuration.defaults,
                companion: CompanionConfiguration(
                    url: "http://\(DemoServer.authority(host: server.host, port: server.controlPort))/metrics"
                )
            )
        ]
        return configuration
    }
}

/// Ends the demo's server and clients with the agent.
private struct DemoService: Service {
    let server: DemoServer
    let clients: DemoClients

    func run() async throws {
        try? await gracefulShutdown()
        await clients.stop()
        await server.stop()
    }
}
