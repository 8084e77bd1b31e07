import NIOCore
import NIOHTTP1

/// One connection of the demo server: answers requests until one of them asks for the event stream.
final class DemoHTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let longestBody = 4096

    private let application: DemoApplication
    private let offersStreams: Bool
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isBodyTooLong = false
    private var stream: DemoStream?

    init(application: DemoApplication, offersStreams: Bool) {
        self.application = application
        self.offersStreams = offersStreams
    }

    func handlerAdded(context: ChannelHandlerContext) { application.opened(context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        stream?.cancelTasks()
        // It holds the context, and that holds this handler: none of them would ever be freed.
        stream = nil
        application.closed(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A stream is the last answer of its connection.
        guard stream == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
            isBodyTooLong = false
        case .body(var part):
            if body.readableBytes + part.readableBytes <= Self.longestBody {
                body.writeBuffer(&part)
            } else {
                isBodyTooLong = true
            }
        case .end:
            if let head { answer(head, context: context) }
            head = nil
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            if let stream { stream.peerClosed() } else { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let target = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = DemoRequest(
            method: head.method,
            path: String(target[0]),
            query: target.count == 2 ? String(target[1]) : "",
            body: String(buffer: body)
        )
        if offersStreams, request.method == .GET, request.path == "/events" {
            let stream = DemoStream(context: context, application: application)
            self.stream = stream
            stream.begin(lastEventID: head.headers.first(name: "Last-Event-ID"))
        } else if isBodyTooLong {
            let message = "the form is longer than \(Self.longestBody) bytes\n"
            write(DemoReply(status: .payloadTooLarge, body: message), keepAlive: head.isKeepAlive, context: context)
        } else {
            write(application.reply(to: request), keepAlive: head.isKeepAlive, context: context)
        }
    }

    private func write(_ reply: DemoReply, keepAlive: Bool, context: ChannelHandlerContext) {
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "Content-Type", value: reply.contentType)
        headers.add(name: "Content-Length", value: String(reply.body.utf8.count))
        headers.add(name: "Cache-Control", value: "no-store")
        if !keepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !keepAlive { context.close(promise: nil) }
    }
}
