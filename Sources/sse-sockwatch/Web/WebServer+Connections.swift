internal import HummingbirdCore
internal import NIOCore

extension WebServer {
    /// How connections are kept: one on which the agent has written nothing for a while is closed, whether its client
    /// is idle, sends its request drop by drop, or does not take its answer.
    var connections: HTTP1Channel.Configuration {
        let silence = TimeAmount(settings.longestSilence)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [IdleStateHandler(writeTimeout: silence), SilentConnectionCloser()]
        )
    }
}

private final class SilentConnectionCloser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
