internal import Glibc
internal import HostSystem
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix

extension WebServer {
    /// Listens on one address until the agent ends.
    func serve(on address: ListenAddress) async throws {
        let bind: BindAddress
        switch address {
        case .tcp(let host, let port): bind = .hostname(ListenAddress.bindHost(host), port: Int(port))
        case .unix(let path):
            guard !Self.isListenedOn(path: path) else {
                throw cannotListen(address, "somebody listens there already")
            }
            bind = .unixDomainSocket(path: path)
        }
        // One fewer than may be: the next one has to be let in for another to be sent away.
        let connections = connections(in: ClientRoom(capacity: mostConnections - 1))
        let application = Application(
            router: router,
            server: HTTPServerBuilder { [security] responder in
                let channel = HTTP1Channel(responder: responder, configuration: connections)
                return EncryptedChannel(base: channel, security: security)
            },
            configuration: ApplicationConfiguration(
                address: bind,
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(mostConnections, logger: quietLogger)
            ),
            onServerRunning: { channel in onListening(address, channel.localAddress?.port ?? 0) },
            logger: quietLogger
        )
        do {
            try await application.run()
        } catch let error as IOError {
            throw cannotListen(address, SystemCallError(operation: "bind", number: error.errnoCode).reason)
        } catch let error as SocketAddressError.UnknownHost {
            throw cannotListen(address, "the name \(error.host) cannot be resolved")
        } catch is UnixDomainSocketPathWrongType {
            throw cannotListen(address, "there is a file that is no socket")
        }
        // A socket that is left behind would look like a server that hangs.
        if case .unix(let path) = address { unlink(path) }
    }

    private func cannotListen(_ address: ListenAddress, _ reason: String) -> CommandFailure {
        CommandFailure("cannot listen on \(address): \(reason); choose another with --web.listen-address")
    }

    /// Whether a server answers at a Unix socket: its file is there also when the server is long gone.
    private static func isListenedOn(path: String) -> Bool {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// Hummingbird tells of its start, its stop and each client that hangs up; the agent has its own words for that.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.critical, logger.logLevel)
        return quiet
    }

    /// How connections are kept: one on which no request comes soon, or on which the agent has written nothing for a
    /// while, is closed, whether its client is idle, sends its request drop by drop, or does not take its answer. Where
    /// they are too many, those that have been silent longest go first.
    private func connections(in room: ClientRoom) -> HTTP1Channel.Configuration {
        let silence = TimeAmount(settings.longestSilence)
        let patience = TimeAmount(settings.firstRequestWithin)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                IdleStateHandler(writeTimeout: silence), SilentConnectionCloser(firstRequestWithin: patience),
                ClientSigns(room),
            ]
        )
    }

    /// How many clients may be connected to one address: never so many that the agent has no descriptor left for its
    /// work.
    var mostConnections: Int {
        let descriptors = ProcessStatus.current()?.descriptorLimit.map { Int(clamping: $0) } ?? .max
        return min(settings.mostConnections, max(4, descriptors / 4 / max(1, settings.addresses.count)))
    }
}

private final class SilentConnectionCloser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?

    init(firstRequestWithin patience: TimeAmount) {
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    /// Comes when a request's head is complete.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        deadline?.cancel()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
