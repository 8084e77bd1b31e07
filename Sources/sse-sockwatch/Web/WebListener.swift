internal import HostSystem
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOPosix
internal import ServiceLifecycle

/// A socket that clients connect to.
struct WebListener: Sendable {
    let address: ListenAddress
    private let socket: BoundSocket
    /// A file of the agent's own making, which goes with the agent: left behind it would look like a server that hangs.
    private let file: String?

    /// Binds to an address.
    static func bind(_ address: ListenAddress) throws(CommandFailure) -> WebListener {
        do throws(BindFailure) {
            switch address {
            case .tcp(let host, let port):
                return WebListener(address: address, socket: try .bind(host: host, port: port), file: nil)
            case .unix(let path): return WebListener(address: address, socket: try .bind(path: path), file: path)
            }
        } catch {
            throw cannotListen(address, "\(error)")
        }
    }

    /// The sockets that systemd has opened: at least one.
    static func inherited() throws(CommandFailure) -> [WebListener] {
        let sockets: [BoundSocket]
        do throws(BindFailure) {
            sockets = try BoundSocket.inherited()
        } catch {
            throw CommandFailure("--web.systemd-socket: \(error)")
        }
        guard !sockets.isEmpty else {
            throw CommandFailure(
                "--web.systemd-socket: systemd handed no socket over (LISTEN_FDS); start the agent by its socket unit, "
                    + "or leave the flag out"
            )
        }
        return sockets.map { WebListener(address: ListenAddress($0.address), socket: $0, file: nil) }
    }

    /// Where an agent is told to listen.
    enum Places: Sendable {
        case addresses([ListenAddress])
        /// On the sockets that systemd hands over.
        case systemd

        /// All of them, or none.
        func bind() throws(CommandFailure) -> [WebListener] {
            switch self {
            case .addresses(let addresses):
                var listeners: [WebListener] = []
                for address in addresses { listeners.append(try WebListener.bind(address)) }
                return listeners
            case .systemd: return try WebListener.inherited()
            }
        }
    }

    /// The port that it got; 0 for a Unix socket.
    var port: Int {
        if case .internet(_, let port) = socket.address { Int(port) } else { 0 }
    }

    /// Lets clients in until the agent ends, and then has those finish that are being answered.
    ///
    /// - Parameters:
    ///   - mostConnections: while so many are connected, others wait for one of them to go.
    ///   - onListening: called once it listens.
    func serve(
        _ clients: ClientChannel,
        mostConnections: Int,
        logger: Logger,
        onListening: () -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let server: NIOAsyncChannel<ClientChannel.Value, Never>
        do {
            server = try await ServerBootstrap(group: group)
                .serverChannelOption(ChannelOptions.backlog, value: 256)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(AvailableConnectionsChannelHandler(maxConnections: mostConnections))
                        try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                    }
                }
                .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
                .bind(socket.descriptor) { clients.setUp($0, logger: logger) }
        } catch let error as IOError {
            // Another one that was bound to the same port listened first.
            let reason = SystemCallError(operation: "listen", number: error.errnoCode).reason
            throw Self.cannotListen(address, reason)
        }
        defer { if let file { BoundSocket.removeFile(file) } }
        await withGracefulShutdownHandler {
            onListening()
            await withDiscardingTaskGroup { tasks in
                // It ends with its server channel, and has no other errors.
                try? await server.executeThenClose { inbound in
                    for try await client in inbound {
                        tasks.addTask { await clients.talk(client, logger: logger) }
                    }
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private static func cannotListen(_ address: ListenAddress, _ reason: String) -> CommandFailure {
        CommandFailure("cannot listen on \(address): \(reason); choose another with --web.listen-address")
    }
}

extension ListenAddress {
    init(_ address: BoundSocket.Address) {
        self =
            switch address {
            case .internet(let host, let port): .tcp(host: host, port: port)
            case .unix(let path): .unix(path: path)
            }
    }
}
