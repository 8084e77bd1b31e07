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
    private let socket: ListeningSocket

    /// Listens on an address.
    static func open(_ address: ListenAddress) throws(CommandFailure) -> WebListener {
        do throws(ListenFailure) {
            switch address {
            case .tcp(let host, let port):
                return WebListener(address: address, socket: try .open(host: host, port: port))
            case .unix(let path): return WebListener(address: address, socket: try .open(path: path))
            }
        } catch {
            throw CommandFailure("cannot listen on \(address): \(error); choose another with --web.listen-address")
        }
    }

    /// The sockets that systemd has opened: at least one.
    static func inherited() throws(CommandFailure) -> [WebListener] {
        let sockets: [ListeningSocket]
        do throws(ListenFailure) {
            sockets = try ListeningSocket.inherited()
        } catch {
            throw CommandFailure("--web.systemd-socket: \(error)")
        }
        guard !sockets.isEmpty else {
            throw CommandFailure(
                "--web.systemd-socket: systemd handed no socket over (LISTEN_FDS); start the agent by its socket unit, "
                    + "or leave the flag out"
            )
        }
        return sockets.map { WebListener(address: ListenAddress($0.address), socket: $0) }
    }

    /// Where an agent is told to listen.
    enum Places: Sendable {
        case addresses([ListenAddress])
        /// On the sockets that systemd hands over.
        case systemd

        /// All of them, or none.
        func open() throws(CommandFailure) -> [WebListener] {
            switch self {
            case .addresses(let addresses):
                var listeners: [WebListener] = []
                for address in addresses {
                    do throws(CommandFailure) {
                        listeners.append(try WebListener.open(address))
                    } catch {
                        for listener in listeners { _ = listener.removeFile() }
                        throw error
                    }
                }
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
        let server = try await ServerBootstrap(group: group)
            .serverChannelInitializer { [socket] channel in
                channel.eventLoop.makeCompletedFuture {
                    // NIO has listened with a backlog of its own by now.
                    socket.listenAgain()
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(AvailableConnectionsChannelHandler(maxConnections: mostConnections))
                    try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .bind(socket.descriptor) { clients.setUp($0, logger: logger) }
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
            // Before it closes: who comes in its place may make the file anew.
            if let problem = removeFile() { logger.critical("\(problem)") }
            quiescing.initiateShutdown(promise: nil)
        }
        try Task.checkCancellation()
    }

    /// Takes away the file of a Unix socket that the agent has made: left behind it would look like a server that hangs.
    ///
    /// - Returns: why that could not be done.
    func removeFile() -> SystemCallError? { socket.file?.remove() }
}

extension ListenAddress {
    init(_ address: ListeningSocket.Address) {
        self =
            switch address {
            case .internet(let host, let port): .tcp(host: host, port: port)
            case .unix(let path): .unix(path: path)
            }
    }
}
