internal import HostSystem
internal import HummingbirdCore
internal import NIOCore

extension WebServer {
    /// How connections are kept: one on which no request comes soon, or on which the agent has written nothing for a
    /// while, is closed, whether its client is idle, sends its request drop by drop, or does not take its answer.
    var connections: HTTP1Channel.Configuration {
        let silence = TimeAmount(settings.longestSilence)
        let patience = TimeAmount(settings.firstRequestWithin)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                IdleStateHandler(writeTimeout: silence), SilentConnectionCloser(firstRequestWithin: patience),
            ]
        )
    }

    /// How many clients may be connected: never so many that the agent has no descriptor left for its work.
    var mostConnections: Int {
        let descriptors = ProcessStatus.current()?.descriptorLimit.map { Int(clamping: $0) } ?? .max
        return min(settings.mostConnections, max(4, descriptors / 4))
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
