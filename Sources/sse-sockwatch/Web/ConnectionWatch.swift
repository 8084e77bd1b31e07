internal import NIOCore
internal import NIOExtras
internal import NIOHTTPTypes

/// Decides how long a connection may be kept: it has to ask soon, be written to now and then, and go when there are too many
/// or when the agent ends. Stands next to the socket, so that its closing waits for no farewell of TLS or HTTP/2, which a
/// client that has vanished never says.
final class ConnectionWatch: ChannelInboundHandler {
    typealias InboundIn = Any

    struct Patience: Sendable {
        /// Until the first request is there: for a handshake, and a head that comes drop by drop.
        var firstRequest: TimeAmount
        /// Without a byte written by the agent.
        var silence: TimeAmount
        /// For an answer to be finished when the agent ends.
        var farewell: TimeAmount
    }

    private let room: ClientRoom
    private let patience: Patience
    private var context: ChannelHandlerContext?
    private var deadline: Scheduled<Void>?
    private var hasAsked = false
    private var isEnding = false
    /// Requests that have come and have no answer yet.
    private var waiting = 0

    init(room: ClientRoom, patience: Patience) {
        self.room = room
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        room.enter(context.channel)
        closeAfter(min(patience.firstRequest, patience.silence))
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ClientRoom.Eviction: context.close(promise: nil)
        // Before the first request nobody else would close it.
        case is ChannelShouldQuiesceEvent where !hasAsked: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            closeAfter(patience.farewell)
            isEnding = true
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func noteRequest() {
        hasAsked = true
        waiting += 1
        tellRoom()
        closeAfter(patience.silence)
    }

    /// Also of one that will not come: its stream has ended.
    func noteAnswer() {
        waiting -= 1
        tellRoom()
    }

    func noteWriting() {
        closeAfter(patience.silence)
    }

    private func tellRoom() {
        if let context { room.note(context.channel, isWaiting: waiting > 0) }
    }

    private func closeAfter(_ time: TimeAmount) {
        guard !isEnding, let context else { return }
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    private func leave() {
        deadline?.cancel()
        if let context { room.leave(context.channel) }
        context = nil
    }
}

/// Tells the watch of a connection of its requests and answers. Stands where they are told apart: in an HTTP/1.1 connection,
/// or in each stream of an HTTP/2 one.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private var connection: ConnectionWatch?
    private var waiting = 0

    func handlerAdded(context: ChannelHandlerContext) {
        // A stream's parent is its connection, and shares its event loop.
        connection = Self.watch(of: context.channel) ?? context.channel.parent.flatMap { Self.watch(of: $0) }
    }

    private static func watch(of channel: any Channel) -> ConnectionWatch? {
        guard channel.eventLoop.inEventLoop else { return nil }
        return try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for _ in 0..<waiting { connection?.noteAnswer() }
        waiting = 0
        connection = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) {
            waiting += 1
            connection?.noteRequest()
        }
        context.fireChannelRead(data)
    }

    /// With its head an answer is there: who does not take it waits no longer for the agent.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data), waiting > 0 {
            waiting -= 1
            connection?.noteAnswer()
        }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        connection?.noteWriting()
        context.flush()
    }
}
