import NIOCore
import NIOHTTP1

/// One connection of a demo client: asks for the stream, counts what comes, and closes by FIN when its time is over.
final class DemoClientHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// How a connection went.
    struct Outcome: Sendable {
        /// The server answered with an event stream.
        var isStream = false
        var lastEventID: String?
    }

    private let authority: String
    private let stay: Duration?
    private let settings: DemoClients.Settings
    private let tally: DemoClientTally
    private let finished: EventLoopPromise<Outcome>
    private let askedFrom: String?
    private var outcome = Outcome()
    private var lines = DemoStreamLines()
    private var deadline: Scheduled<Void>?

    init(
        authority: String,
        stay: Duration?,
        settings: DemoClients.Settings,
        lastEventID: String?,
        tally: DemoClientTally,
        outcome: EventLoopPromise<Outcome>
    ) {
        self.authority = authority
        self.stay = stay
        self.settings = settings
        self.tally = tally
        askedFrom = lastEventID
        finished = outcome
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers: HTTPHeaders = ["Host": authority, "Accept": "text/event-stream", "Cache-Control": "no-store"]
        if let askedFrom { headers.add(name: "Last-Event-ID", value: askedFrom) }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/events", headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Nothing has been received yet, so this close is a FIN as well.
        closeAfter(settings.patience, context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard head.status == .ok else { return context.close(promise: nil) }
            outcome.isStream = true
            tally.count {
                $0.streams += 1
                if askedFrom != nil { $0.reconnections += 1 }
            }
            deadline?.cancel()
            if let stay { sayFarewellAfter(stay, context: context) }
        case .body(let part):
            let received = lines.read(part)
            outcome.lastEventID = received.lastEventID ?? outcome.lastEventID
            tally.count {
                $0.heartbeats += received.heartbeats
                $0.events += received.events
            }
        case .end:
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        if !outcome.isStream { tally.count { $0.failures += 1 } }
        finished.succeed(outcome)
        context.fireChannelInactive()
    }

    /// A server that closes in the middle of a stream is an error to the HTTP decoder, and no surprise here.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Closes in two steps: a FIN first, while what is on its way is still read, for closing a socket with unread data
    /// sends a RST.
    private func sayFarewellAfter(_ time: Duration, context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
            context.close(mode: .output, promise: nil)
            self.closeAfter(self.settings.farewell, context: context)
        }
    }

    private func closeAfter(_ time: Duration, context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
            context.close(promise: nil)
        }
    }
}
