import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that answers every connection with the same steps, however far they are from HTTP.
struct LocalServer: Sendable {
    enum Step: Sendable {
        case send(String)
        /// Sends the text again and again, one each 20 ms, for as long as somebody listens.
        case drip(String)
        /// Sends the text again and again, as fast as it is taken.
        case flood(String)
        case close
    }

    let port: Int
    private let log: ConnectionLog

    var requests: [String] { log.requests }
    /// Connections that the other side has not closed, nor this one.
    var openConnections: Int { log.open }

    func url(_ path: String = "/metrics") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Runs a server for the time of `body`. A connection whose steps are at their end is left open.
    static func run<Result>(
        _ steps: [Step],
        _ body: (LocalServer) async throws -> Result
    ) async throws -> Result {
        let log = ConnectionLog()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StepHandler(steps: steps, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(LocalServer(port: channel.localAddress?.port ?? 0, log: log))
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }
}

/// What happened to a server's connections.
final class ConnectionLog: Sendable {
    private let state = Mutex((open: 0, requests: [String]()))

    var open: Int { state.withLock { $0.open } }
    var requests: [String] { state.withLock { $0.requests } }

    func opened() { state.withLock { $0.open += 1 } }
    func closed() { state.withLock { $0.open -= 1 } }
    func requested(_ text: String) { state.withLock { $0.requests.append(text) } }
}

/// Reads up to the end of a request's head and then takes the steps.
private final class StepHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var steps: ArraySlice<LocalServer.Step>
    private let log: ConnectionLog
    private var request = ""
    private var isAnswering = false

    init(steps: [LocalServer.Step], log: ConnectionLog) {
        self.steps = steps[...]
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) {
        log.opened()
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.closed()
        steps = []
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        request += String(buffer: unwrapInboundIn(data))
        // A TLS client's first bytes have no blank line; they are answered all the same.
        guard !isAnswering, request.contains("\r\n\r\n") || !request.hasPrefix("GET") else { return }
        isAnswering = true
        log.requested(request)
        takeStep(in: context.channel)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func takeStep(in channel: any Channel) {
        let loop = channel.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        switch steps.popFirst() {
        case nil: break
        case .close: channel.close(promise: nil)
        case .send(let text):
            channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in bound.value.takeStep(in: channel) }
        case .drip(let text):
            channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess {
                loop.scheduleTask(in: .milliseconds(20)) { bound.value.again(.drip(text), in: channel) }
            }
        case .flood(let text):
            channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess {
                // Through the loop, so that a flood leaves it time for everybody else.
                loop.execute { bound.value.again(.flood(text), in: channel) }
            }
        }
    }

    private func again(_ step: LocalServer.Step, in channel: any Channel) {
        guard channel.isActive else { return }
        steps = [step]
        takeStep(in: channel)
    }
}
