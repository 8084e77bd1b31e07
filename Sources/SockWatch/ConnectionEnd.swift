public import SockDiag

/// The end of a connection, as the kernel told when it freed the socket.
public struct ConnectionEnd: Hashable, Sendable {
    public let cookie: UInt64
    public let localPort: UInt16
    /// 0 when this side aborted the connection: then the kernel has already cleared it.
    public let remotePort: UInt16
    public let endedAt: MonotonicInstant
    /// Seconds since data was last sent.
    public let idle: Double
    /// Bytes written by the application that the peer never acknowledged.
    public let undeliveredBytes: UInt64
    /// The connection is at least this old, in seconds: an unused direction counts from its beginning.
    public let leastAge: Double

    /// - Parameter record: what came with the event.
    public init(_ record: borrowing SocketRecord, at endedAt: MonotonicInstant) {
        cookie = record.cookie
        localPort = record.local.port
        remotePort = record.remote.port
        self.endedAt = endedAt
        let info = record.tcpInfo
        idle = Double(info?.lastDataSent ?? 0) / 1000
        undeliveredBytes = UInt64(record.sendQueue)
        leastAge = Double(max(info?.lastDataSent ?? 0, info?.lastDataReceived ?? 0, info?.lastAckReceived ?? 0)) / 1000
    }
}
