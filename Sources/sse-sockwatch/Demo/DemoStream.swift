import NIOCore
import NIOHTTP1

/// One event stream of the demo server: heartbeats, data, and what happens when its client closes.
final class DemoStream {
    let channel: any Channel
    private let context: ChannelHandlerContext
    private let application: DemoApplication
    private let heartbeatInterval: TimeAmount
    /// When the next heartbeat is due. Beats keep their rhythm: a late one does not move those after it.
    private var nextBeat: NIODeadline
    private var beat: Scheduled<Void>?
    private var idleCheck: Scheduled<Void>?
    private var lastWrite = NIODeadline.now()

    /// The client has closed, and the server keeps the socket without writing or closing: it is in CLOSE_WAIT.
    private(set) var isLeaked = false

    init(context: ChannelHandlerContext, application: DemoApplication) {
        self.context = context
        self.application = application
        channel = context.channel
        heartbeatInterval = TimeAmount(application.settings.heartbeatInterval)
        nextBeat = .now() + heartbeatInterval
    }

    func begin(lastEventID: String?) {
        let headers: HTTPHeaders = [
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-cache",
            "X-Accel-Buffering": "no",
            "Transfer-Encoding": "chunked",
        ]
        write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)))
        // The client may have been gone before it was accepted: then this write has closed the channel.
        guard channel.isActive else { return }
        send("retry: 1000\n\n" + application.add(self, lastEventID: lastEventID).joined())
        guard channel.isActive else { return }
        scheduleBeat()
        watchIdleLimit()
    }

    /// Writes text of the event stream; false when the client reads too slowly, or not at all, and it was not written.
    @discardableResult
    func send(_ text: String) -> Bool {
        guard !isLeaked, channel.isActive, channel.isWritable else { return false }
        write(.body(.byteBuffer(ByteBuffer(string: text))))
        lastWrite = .now()
        return true
    }

    /// The client's FIN has arrived. A leaked stream is not written to any more: the answer to a write would be a RST,
    /// which frees the socket and so heals the leak.
    func peerClosed() {
        guard application.canLeakAnother() else { return close() }
        isLeaked = true
        cancelTasks()
    }

    func close() {
        cancelTasks()
        context.close(promise: nil)
    }

    /// Nothing of this stream may run after its channel is closed.
    func cancelTasks() {
        beat?.cancel()
        idleCheck?.cancel()
    }

    /// Ends the stream when nothing has been written for the idle limit; to be called when that limit changes.
    func watchIdleLimit() {
        idleCheck?.cancel()
        guard !isLeaked, channel.isActive, let limit = application.faults.idleLimit else { return }
        let deadline = lastWrite + TimeAmount(limit)
        guard deadline > .now() else { return endForIdleness() }
        idleCheck = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.watchIdleLimit() }
    }

    private func endForIdleness() {
        application.countIdleTimeout()
        write(.end(nil))
        close()
    }

    private func scheduleBeat() {
        beat = channel.eventLoop.assumeIsolated().scheduleTask(deadline: nextBeat) { self.beatIsDue() }
    }

    private func beatIsDue() {
        guard channel.isActive else { return }
        // When the process was stopped for a while, beats came due that nobody wrote: they are missed ones.
        var expected = 0
        let now = NIODeadline.now()
        repeat {
            nextBeat = nextBeat + heartbeatInterval
            expected += 1
        } while nextBeat <= now

        let isWritten = !application.skipsHeartbeat() && send(": heartbeat\n\n")
        application.countHeartbeats(expected: expected, missed: isWritten ? expected - 1 : expected)
        scheduleBeat()
    }

    private func write(_ part: HTTPServerResponsePart) {
        context.writeAndFlush(NIOAny(part), promise: nil)
    }
}
