import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// A client connection that keeps all it receives, so that a test can look at it.
struct DemoConnection: Sendable {
    struct Received: Sendable {
        var head: HTTPResponseHead?
        var body = ""
        var isComplete = false
        var isClosed = false
    }

    private let channel: any Channel
    private let store: Store

    var received: Received { store.value.withLock { $0 } }

    static func open(port: Int) async throws -> DemoConnection {
        let store = Store()
        let channel = try await ClientBootstrap(group: DemoLab.group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(Collector(store: store))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return DemoConnection(channel: channel, store: store)
    }

    /// Opens a stream, and returns when its headers are there.
    static func stream(port: Int, lastEventID: String? = nil) async throws -> DemoConnection {
        let connection = try await open(port: port)
        let headers = lastEventID.map { [("Last-Event-ID", $0)] } ?? []
        try await connection.send(.GET, "/events", headers: headers)
        try await DemoLab.eventually("the stream begins") { connection.received.head != nil }
        return connection
    }

    func send(
        _ method: HTTPMethod,
        _ uri: String,
        headers: [(String, String)] = [],
        body: String = ""
    ) async throws {
        var fields = HTTPHeaders([("Host", "test")] + headers)
        if !body.isEmpty { fields.add(name: "Content-Length", value: "\(body.utf8.count)") }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: fields)
        try await channel.eventLoop.submit { [channel] in
            let pipeline = channel.pipeline.syncOperations
            pipeline.write(NIOAny(HTTPClientRequestPart.head(head)), promise: nil)
            if !body.isEmpty {
                pipeline.write(NIOAny(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            }
            pipeline.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
        }.get()
    }

    /// Sends a FIN, and goes on reading.
    func finish() async throws { try await channel.close(mode: .output) }

    func close() async throws { try await channel.close() }

    /// One request on a connection of its own.
    static func answer(
        _ method: HTTPMethod,
        _ uri: String,
        port: Int,
        headers: [(String, String)] = [],
        body: String = ""
    ) async throws -> (status: Int, headers: HTTPHeaders, body: String) {
        let connection = try await open(port: port)
        try await connection.send(method, uri, headers: [("Connection", "close")] + headers, body: body)
        try await DemoLab.eventually("an answer to \(method) \(uri)") { connection.received.isComplete }
        try? await connection.close()
        let received = connection.received
        return (Int(received.head?.status.code ?? 0), received.head?.headers ?? [:], received.body)
    }

    private final class Store: Sendable {
        let value = Mutex(Received())
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        private let store: Store

        init(store: Store) { self.store = store }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let part = unwrapInboundIn(data)
            store.value.withLock {
                switch part {
                case .head(let head): $0.head = head
                case .body(let bytes): $0.body += String(buffer: bytes)
                case .end: $0.isComplete = true
                }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) { store.value.withLock { $0.isClosed = true } }

        /// A stream that ends in its middle is an error to the decoder; the tests look at `isClosed`.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }
}
