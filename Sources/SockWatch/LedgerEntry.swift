/// What is remembered of one socket from sample to sample: 40 bytes, and 8 for the cookie that it is found by.
struct LedgerEntry: BitwiseCopyable, Sendable {
    /// Bytes that the application had written when the socket was last seen: `bytes_acked + wqueue`.
    var written: UInt64
    /// In CLOSE_WAIT: since when, in nanoseconds. Else where the chain of writes stands.
    private var instant: Int64
    /// Segments with new data that had been sent there, and bytes written since.
    var segments: UInt32
    var writtenSince: UInt32
    /// Segments retransmitted when the socket was last seen.
    var retransmits: UInt32
    /// When the socket was first seen, in ticks of 1/64 s: 2 years until it wraps.
    private var firstSeenTick: UInt32
    /// The sample that saw the socket last.
    var lastSample: UInt32
    /// The place of the port above the lowest bits, which hold the marks: apart they would take 8 bytes more.
    private var portAndMarks: UInt32

    init(port: Int, firstSeen: MonotonicInstant, sample: UInt32) {
        written = 0
        instant = 0
        segments = 0
        writtenSince = 0
        retransmits = 0
        firstSeenTick = Self.tick(firstSeen)
        lastSample = sample
        portAndMarks = UInt32(port) << Self.markBits
    }

    /// On the client's side the bytes that had been received there, without the highest bits: what counts there is what
    /// the peer writes.
    var receivedThere: UInt32 {
        get { writtenSince }
        set { writtenSince = newValue }
    }

    /// The place of the socket's port in the plan.
    var port: Int {
        get { Int(portAndMarks >> Self.markBits) }
        set { portAndMarks = UInt32(newValue) << Self.markBits | portAndMarks & (1 << Self.markBits - 1) }
    }

    /// Leaves room for a million ports; there are 65,536 on each side.
    private static let markBits: UInt32 = 12

    /// Since when the socket is in CLOSE_WAIT.
    var closeWaitSince: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: instant) }
        set { instant = newValue.nanoseconds }
    }

    /// Where the chain of writes stands; see ``Chain``.
    var chainedAt: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: instant) }
        set { instant = newValue.nanoseconds }
    }

    /// Seconds between the first sight of the socket and now.
    func age(at now: MonotonicInstant) -> Double {
        Double(Self.tick(now) &- firstSeenTick) / 64
    }

    private static func tick(_ instant: MonotonicInstant) -> UInt32 {
        UInt32(truncatingIfNeeded: instant.nanoseconds >> 24)
    }

    /// Whether the socket has SO_KEEPALIVE, as its timers have told.
    enum Keepalive: UInt32 {
        case unknown, off, on
    }

    var keepalive: Keepalive {
        get { Keepalive(rawValue: portAndMarks >> 4 & 3) ?? .unknown }
        set { portAndMarks = portAndMarks & ~0x30 | newValue.rawValue << 4 }
    }

    /// What is known of the socket's writes up to ``chainedAt``.
    enum Chain: UInt32 {
        /// Nothing has been written that was seen.
        case none
        /// It is the time of a write, of which it is not known whether it was a heartbeat.
        case write
        /// It is the time of a heartbeat, or of a write of the size that is on trial for one.
        case beat
        /// Something else than heartbeats was written before it, and nothing between then and it.
        case open
    }

    var chain: Chain {
        get { Chain(rawValue: portAndMarks >> 8 & 3) ?? .none }
        set { portAndMarks = portAndMarks & ~0x300 | newValue.rawValue << 8 }
    }

    /// Whether a finished sample has seen it. What only a broken one saw has never been there.
    var isCounted: Bool {
        get { mark(0) }
        set { setMark(0, newValue) }
    }

    /// Whether the socket was last seen in CLOSE_WAIT.
    var isInCloseWait: Bool {
        get { mark(1) }
        set { setMark(1, newValue) }
    }

    /// Whether it has been counted as having entered CLOSE_WAIT, and not yet as having left it.
    var isCountedInCloseWait: Bool {
        get { mark(6) }
        set { setMark(6, newValue) }
    }

    /// Whether a finished sample no longer saw the socket, but no event has told of its end.
    var isMissing: Bool {
        get { mark(7) }
        set { setMark(7, newValue) }
    }

    /// Whether segments were retransmitted, or writes had to wait, since ``chainedAt``: then segments are not writes.
    var isDisturbed: Bool {
        get { mark(2) }
        set { setMark(2, newValue) }
    }

    /// Whether a heartbeat has been counted since the chain last broke.
    var hasBeats: Bool {
        get { mark(10) }
        set { setMark(10, newValue) }
    }

    /// Whether the next heartbeat is not to be counted; see ``HeartbeatJudge``.
    var owesBeat: Bool {
        get { mark(11) }
        set { setMark(11, newValue) }
    }

    /// Whether the socket has been seen with `tcp_info`, so that its totals can be compared.
    var hasTotals: Bool {
        get { mark(3) }
        set { setMark(3, newValue) }
    }

    private func mark(_ bit: UInt32) -> Bool { portAndMarks >> bit & 1 == 1 }

    private mutating func setMark(_ bit: UInt32, _ isSet: Bool) {
        portAndMarks = isSet ? portAndMarks | 1 << bit : portAndMarks & ~(1 << bit)
    }
}
