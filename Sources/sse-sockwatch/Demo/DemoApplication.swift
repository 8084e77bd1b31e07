import NIOCore

/// What the demo server knows: its streams, its faults and its own counts. Lives on one event loop, and is used on that
/// loop only.
final class DemoApplication {
    struct Settings: Sendable {
        /// The time between two heartbeats of a stream.
        var heartbeatInterval: Duration
        /// The time between two data events, which go to every stream.
        var eventInterval: Duration
        /// So many streams are leaked at most; beyond it the server closes as it should, and its descriptors last.
        var leakLimit: Int
        /// Decides which heartbeats are left out.
        var seed: UInt64
    }

    let settings: Settings
    let loop: any EventLoop
    private(set) var faults = DemoFaults()
    private(set) var reconnections = DemoMinute()
    private(set) var heartbeats = DemoHeartbeats()
    private(set) var idleTimeouts = 0
    /// Host and port of the control port, as in a URL.
    private(set) var controlAuthority = ""

    private var random: DemoRandom
    private var listener: (any Channel)?
    private var channels: [ObjectIdentifier: any Channel] = [:]
    private var streams: [ObjectIdentifier: DemoStream] = [:]
    private var events = DemoEvents()
    private var nextEvent: Scheduled<Void>?
    private var isStopping = false

    init(settings: Settings, loop: any EventLoop) {
        self.settings = settings
        self.loop = loop
        random = DemoRandom(seed: settings.seed)
        publish()
    }

    /// The streams that the application believes to be open, leaked ones among them.
    var activeConnections: Int { streams.count }
    var leaked: Int { streams.values.count(where: \.isLeaked) }
    /// Seconds of the monotonic clock.
    var second: Int { Int(NIODeadline.now().uptimeNanoseconds / 1_000_000_000) }

    /// Takes charge of the listener of the stream port, which `dropAccept` pauses.
    func serve(_ listener: any Channel, controlAuthority: String, faults: DemoFaults) {
        self.listener = listener
        self.controlAuthority = controlAuthority
        apply(faults)
    }

    func apply(_ faults: DemoFaults) {
        self.faults = faults
        if !faults.leak {
            for stream in streams.values where stream.isLeaked { stream.close() }
        }
        // Fails only when the listener is closed, and then there is nothing to pause.
        try? listener?.syncOptions?.setOption(.autoRead, value: !faults.dropAccept)
        for stream in streams.values { stream.watchIdleLimit() }
    }

    // MARK: Connections and streams

    func opened(_ channel: any Channel) {
        channels[ObjectIdentifier(channel)] = channel
        if isStopping { channel.close(promise: nil) }
    }

    func closed(_ channel: any Channel) {
        channels[ObjectIdentifier(channel)] = nil
        streams[ObjectIdentifier(channel)] = nil
    }

    /// Counts a stream that a client opened, and gives the events that it should get first.
    func add(_ stream: DemoStream, lastEventID: String?) -> [String] {
        streams[ObjectIdentifier(stream.channel)] = stream
        guard let lastEventID else { return events.newest }
        reconnections.add(1, at: second)
        return events.after(lastEventID)
    }

    func canLeakAnother() -> Bool { faults.leak && leaked < settings.leakLimit }

    func countIdleTimeout() { idleTimeouts += 1 }

    /// Whether a heartbeat that is due is to be left out.
    func skipsHeartbeat() -> Bool { Double.random(in: 0..<1, using: &random) < faults.skipHeartbeats }

    func countHeartbeats(expected: Int, missed: Int) {
        heartbeats.count(expected: expected, missed: missed, at: second)
    }

    private func publish() {
        let event = events.make(streams: streams.count)
        for stream in streams.values { stream.send(event) }
        nextEvent = loop.assumeIsolated().scheduleTask(in: TimeAmount(settings.eventInterval)) { self.publish() }
    }

    /// Closes every connection; the future succeeds when the last one is closed.
    func stop() -> EventLoopFuture<Void> {
        isStopping = true
        nextEvent?.cancel()
        let closing = Array(channels.values)
        for channel in closing { channel.close(promise: nil) }
        return .andAllComplete(closing.map(\.closeFuture), on: loop)
    }
}
