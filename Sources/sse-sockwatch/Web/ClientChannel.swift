internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// How clients are spoken to: by HTTP/1.1 in the clear, or encrypted as the web configuration has it at the moment, and then
/// by HTTP/2 if both sides want that.
struct ClientChannel: Sendable {
    /// A client that has come.
    enum Value: Sendable {
        case clear(HTTP1Channel.Value)
        /// What both sides agree on is known after the handshake.
        case encrypted(EventLoopFuture<Encrypted>)
    }

    enum Encrypted: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Channel.Value)
    }

    private let http1: HTTP1Channel
    private let http2: HTTP2Channel
    private let security: WebSecurity
    private let room: ClientRoom
    private let settings: WebServer.Settings

    init(
        settings: WebServer.Settings,
        security: WebSecurity,
        room: ClientRoom,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        self.settings = settings
        self.security = security
        self.room = room
        let requests = HTTP1Channel.Configuration(additionalChannelHandlers: [RequestWatch()])
        http1 = HTTP1Channel(responder: responder, configuration: requests)
        http2 = HTTP2Channel(
            responder: responder,
            configuration: HTTP2ChannelConfiguration(streamConfiguration: requests)
        )
    }

    func setUp(_ channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let encryption = security.encryption()
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(ConnectionWatch(room: room, patience: settings.patience))
            guard let (context, rules) = encryption else {
                return http1.setup(channel: channel, logger: logger).map { .clear($0) }
            }
            try pipeline.addHandler(TLSSettings.handler(context, rules))
            if !rules.clientAllowedNames.isEmpty {
                try pipeline.addHandler(ClientNameCheck(allowed: Set(rules.clientAllowedNames)))
            }
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Encrypted> { [http1, http2] result in
                switch result {
                case .negotiated("h2"): http2.setup(channel: channel, logger: logger).map { .http2($0) }
                default: http1.setup(channel: channel, logger: logger).map { .http1($0) }
                }
            }
            try pipeline.addHandler(negotiation)
            return channel.eventLoop.makeSucceededFuture(.encrypted(negotiation.protocolNegotiationResult))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    /// Answers a client's requests until its connection is closed.
    func talk(_ client: Value, logger: Logger) async {
        switch client {
        case .clear(let connection): await http1.handle(value: connection, logger: logger)
        case .encrypted(let negotiated):
            // Who does not finish the handshake is closed by its deadline.
            switch try? await negotiated.get() {
            case .http1(let connection): await http1.handle(value: connection, logger: logger)
            case .http2(let connection): await http2.handle(value: connection, logger: logger)
            case nil: return
            }
        }
    }
}
