@testable import SockDiag
@testable import SockWatch

extension MonotonicInstant {
    /// Seconds after the test's beginning, which lies an hour after boot.
    static func at(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 3_600_000_000_000).advanced(by: seconds)
    }
}

extension SocketRecord {
    /// One end of a connection: the server's when `port` is local, else the client's.
    static func connection(
        _ state: TCPState,
        cookie: UInt64,
        port: UInt16 = 8080,
        side: WatchedPort.Side = .server,
        inode: UInt32 = 7,
        sendQueue: UInt32 = 0,
        receiveQueue: UInt32 = 0,
        silentForMilliseconds: UInt32? = nil
    ) -> SocketRecord {
        let watched = SocketEndpoint(address: IPAddress(ipv4: 0x7F00_0001), port: port)
        let other = SocketEndpoint(address: IPAddress(ipv4: 0x7F00_0001), port: 40_000)
        var record = SocketRecord(
            state: state,
            local: side == .server ? watched : other,
            remote: side == .server ? other : watched,
            cookie: cookie
        )
        record.inode = inode
        record.sendQueue = sendQueue
        record.receiveQueue = receiveQueue
        // Only the small objects that the kernel keeps for these two say nothing of it.
        record.shutdown = state == .timeWait || state == .synReceived ? nil : []
        record.tcpInfo = silentForMilliseconds.map { TCPInfo(lastAckReceived: $0) }
        return record
    }

    static func listener(port: UInt16 = 8080, cookie: UInt64 = 1 << 40, waiting: UInt32 = 0, limit: UInt32 = 128)
        -> SocketRecord
    {
        .connection(.listen, cookie: cookie, port: port, sendQueue: limit, receiveQueue: waiting)
    }

    /// Sockets in CLOSE_WAIT, one for each cookie.
    static func closeWait(_ cookies: some Sequence<UInt64>, port: UInt16 = 8080) -> [SocketRecord] {
        cookies.map { .connection(.closeWait, cookie: $0, port: port) }
    }
}

extension TCPInfo {
    /// As the kernel's 280 bytes, zero but for the milliseconds since the last acknowledgement.
    init(lastAckReceived milliseconds: UInt32) {
        var bytes = [UInt8](repeating: 0, count: 280)
        withUnsafeBytes(of: milliseconds) { bytes.replaceSubrange(56..<60, with: $0) }
        self.init(bytes.span.bytes)
    }
}

extension Engine {
    /// An engine that watches one server port, 8080.
    static func watching(
        _ port: WatchedPort = WatchedPort(port: 8080),
        trackedSocketsLimit: Int = 1000,
        evidence: EvidenceSettings = EvidenceSettings(isOn: false)
    ) -> Engine {
        var evidence = evidence
        evidence.trackedSocketsLimit = trackedSocketsLimit
        return Engine(plan: WatchPlan(ports: [port], evidence: evidence))
    }

    /// One whole sample.
    @discardableResult
    mutating func sample(
        _ records: [SocketRecord],
        at seconds: Double,
        _ kind: SampleKind = .scheduled
    ) -> Snapshot {
        addPart(of: records, at: seconds, kind)
        return finishSample()
    }

    /// The beginning of a sample, as it is when the dump breaks.
    mutating func addPart(of records: [SocketRecord], at seconds: Double, _ kind: SampleKind = .scheduled) {
        beginSample(kind, at: .at(seconds))
        for record in records { add(record) }
    }
}

extension Snapshot {
    /// The watched port of that number.
    subscript(port: UInt16) -> PortSnapshot? { ports.first { $0.watched.port == port } }
}
