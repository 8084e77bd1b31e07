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
    /// Seconds since data last came from the peer. Nil when it is no longer known, because this side aborted.
    public let peerIdle: Double?
    /// Bytes written by the application in the connection's life.
    public let writtenBytes: UInt64
    /// Those of them that the peer never acknowledged.
    public let undeliveredBytes: UInt64
    /// Segments retransmitted in the connection's life.
    public let retransmittedSegments: UInt32
    /// The connection is at least this old, in seconds: an unused direction counts from its beginning.
    public let leastAge: Double
    /// Whether the socket never was a connection: a listener, or one that was only bound. Its event looks like that of a
    /// connection that this side aborted, but no segment ever came for it.
    public let isUnconnected: Bool

    /// - Parameter record: what came with the event.
    public init(_ record: borrowing SocketRecord, at endedAt: MonotonicInstant) {
        cookie = record.cookie
        localPort = record.local.port
        remotePort = record.remote.port
        self.endedAt = endedAt
        let info = record.tcpInfo
        peerIdle = record.wasAborted ? nil : info.map { Double($0.lastDataReceived) / 1000 }
        idle = Double(info?.lastDataSent ?? 0) / 1000
        // The kernel has reset the queues and counters of a connection that its own side aborted.
        if let info, !record.wasAborted {
            let fin: UInt64 = WrittenBytes.hasFIN(record, info) ? 1 : 0
            undeliveredBytes = max(UInt64(record.sendQueue), fin) - fin
            writtenBytes = WrittenBytes.count(record, info)
            retransmittedSegments = info.totalRetransmits
        } else {
            undeliveredBytes = 0
            writtenBytes = 0
            retransmittedSegments = 0
        }
        let lastReceived = record.wasAborted ? 0 : info?.lastDataReceived ?? 0
        leastAge = Double(max(info?.lastDataSent ?? 0, lastReceived, info?.lastAckReceived ?? 0)) / 1000
        isUnconnected = record.remote.port == 0 && info?.segmentsIn == 0
    }
}
