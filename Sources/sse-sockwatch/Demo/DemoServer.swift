import NIOCore
import NIOHTTP1
import NIOPosix

/// A small server of event streams with faults that can be switched on and off while it runs.
///
/// It listens on two ports. The stream port serves everything, as one server of an application would. The control port
/// serves all but the streams, and goes on answering when the stream port accepts nothing any more.
struct DemoServer: Sendable {
    let host: String
    /// The port of the event streams, to be watched.
    let port: Int
    /// The port at which faults can be switched, and metrics read, whatever the faults are.
    let controlPort: Int

    private let listeners: [any Channel]
    private let application: NIOLoopBound<DemoApplication>

    /// Listens and serves; port 0 takes any free one. Everything runs on one event loop of the group, which stays the
    /// caller's to shut down after `stop()`.
    ///
    /// The backlog is small, so that it is soon seen to fill when nothing is accepted.
    ///
    /// - Throws: `IOError` when a port cannot be listened on.
    static func start(
        host: String = "127.0.0.1",
        port: Int = 0,
        controlPort: Int = 0,
        faults: DemoFaults = DemoFaults(),
        heartbeatInterval: Duration = .seconds(1),
        eventInterval: Duration = .seconds(5),
        backlog: Int32 = 8,
        leakLimit: Int = 256,
        seed: UInt64 = 1,
        group: any EventLoopGroup
    ) async throws -> DemoServer {
        let settings = DemoApplication.Settings(
            heartbeatInterval: heartbeatInterval,
            eventInterval: eventInterval,
            leakLimit: leakLimit,
            seed: seed
        )
        let loop = group.next()
        let application = try await loop.submit {
            NIOLoopBound(DemoApplication(settings: settings, loop: loop), eventLoop: loop)
        }.get()

        var listeners: [any Channel] = []
        do {
            let streams = bootstrap(application, offersStreams: true, backlog: backlog, loop: loop)
            listeners.append(try await streams.bind(host: host, port: port).get())
            let control = bootstrap(application, offersStreams: false, backlog: 64, loop: loop)
            listeners.append(try await control.bind(host: host, port: controlPort).get())
        } catch {
            await close(listeners, application, loop)
            throw error
        }
        let server = DemoServer(
            host: host,
            port: listeners[0].localAddress?.port ?? port,
            controlPort: listeners[1].localAddress?.port ?? controlPort,
            listeners: listeners,
            application: application
        )
        try await loop.submit { [streams = listeners[0]] in
            let authority = authority(host: host, port: server.controlPort)
            application.value.serve(streams, controlAuthority: authority, faults: faults)
        }.get()
        return server
    }

    /// Host and port as they stand in a URL, an IPv6 address in brackets.
    static func authority(host: String, port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The faults that are on.
    func faults() async throws -> DemoFaults {
        let application = application
        return try await listeners[0].eventLoop.submit { application.value.faults }.get()
    }

    /// Puts other faults in place of those that are on.
    func apply(_ faults: DemoFaults) async throws {
        let application = application
        try await listeners[0].eventLoop.submit { application.value.apply(faults) }.get()
    }

    /// Closes the listeners and every connection, and returns when they are closed. May be called again.
    func stop() async {
        await Self.close(listeners, application, listeners[0].eventLoop)
    }

    private static func bootstrap(
        _ application: NIOLoopBound<DemoApplication>,
        offersStreams: Bool,
        backlog: Int32,
        loop: any EventLoop
    ) -> ServerBootstrap {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // A client's FIN arrives as an event, and the application decides when its own side closes.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPResponseEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try pipeline.addHandler(HTTPServerProtocolErrorHandler())
                    try pipeline.addHandler(
                        DemoHTTPHandler(application: application.value, offersStreams: offersStreams)
                    )
                }
            }
    }

    /// Errors are of no interest here: what cannot be closed is closed already.
    private static func close(
        _ listeners: [any Channel],
        _ application: NIOLoopBound<DemoApplication>,
        _ loop: any EventLoop
    ) async {
        for listener in listeners { try? await listener.close() }
        try? await loop.flatSubmit { application.value.stop() }.get()
    }
}
