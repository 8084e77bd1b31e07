internal import NIOCore
internal import NIOExtras

/// Has a place in the room for a connection, and closes it when no request comes soon: whether its client says nothing, does
/// not get through the handshake, or sends its request drop by drop.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = Any

    private let room: ClientRoom
    private let patience: TimeAmount
    private var channel: (any Channel)?
    /// Nil once a request has come.
    private var deadline: Scheduled<Void>?

    init(room: ClientRoom, firstRequestWithin patience: TimeAmount) {
        self.room = room
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        room.enter(context.channel)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// Before the first request nobody else would close it when the agent ends.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, deadline != nil {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func noteRequest() {
        deadline?.cancel()
        deadline = nil
        if let channel { room.noteRequest(on: channel) }
    }

    func noteAnswer() {
        if let channel { room.noteAnswer(on: channel) }
    }

    private func leave() {
        deadline?.cancel()
        if let channel { room.leave(channel) }
        channel = nil
    }
}

/// Tells the watch of a connection of its requests and answers, and closes one on which the agent has written nothing for
/// too long. Stands where requests are complete: in an HTTP/1.1 connection, or in each stream of an HTTP/2 one.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias OutboundIn = Any

    private var connection: ConnectionWatch?

    func handlerAdded(context: ChannelHandlerContext) {
        // A stream's parent is its connection, and shares its event loop.
        connection =
            Self.watch(of: context.channel) ?? context.channel.parent.flatMap { Self.watch(of: $0) }
    }

    private static func watch(of channel: any Channel) -> ConnectionWatch? {
        guard channel.eventLoop.inEventLoop else { return nil }
        return try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self)
    }

    /// Comes when a request's head is complete.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection?.noteRequest()
        context.fireChannelRead(data)
    }

    /// Comes with the answer, piece by piece.
    func flush(context: ChannelHandlerContext) {
        connection?.noteAnswer()
        context.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
