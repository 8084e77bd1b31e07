import NIOCore
import NIOPosix
import Synchronization

/// A client that sends bytes, however far they are from HTTP, and keeps what comes.
struct RawClient: Sendable {
    struct Received: Sendable {
        var text = ""
        var isFinished = false
    }

    private let channel: any Channel
    private let store: Store

    var received: Received { store.value.withLock { $0 } }

    /// - Parameter reads: false for a client that takes nothing of what it asks for.
    static func open(port: Int, reads: Bool = true) async throws -> RawClient {
        let store = Store()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(store: store))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawClient(channel: channel, store: store)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws {
        try await channel.close()
    }

    private final class Store: Sendable {
        let value = Mutex(Received())
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let store: Store

        init(store: Store) {
            self.store = store
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            store.value.withLock { $0.text += text }
        }

        func channelInactive(context: ChannelHandlerContext) {
            store.value.withLock { $0.isFinished = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
