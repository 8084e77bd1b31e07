/// How to read a record that came from a ``DestroyEventReader``.
///
/// The kernel fills it after the connection is over, so it says less than a dump's (measured on Linux 6.18):
/// - `cookie`, the family, both addresses and ports hold. ``SocketRecord/wasAborted`` tells of the exception.
/// - `state` is always CLOSE, `timer` none, `retransmits`, `uid` and `inode` 0, `shutdown` and `cgroupID` nil: what the
///   socket was like before is known only to those who saw it before.
/// - `receiveQueue` holds what was never read, the peer's FIN counted as 1.
/// - `sendQueue` holds what the peer never acknowledged, the own FIN counted as 1: ``SocketRecord/undeliveredBytes``.
/// - `tcpInfo` holds, but for `unacked`, which is 0, because the segments were freed before. `bytesAcked` counts the
///   own FIN (and, on the side that connected, the SYN) as 1 each, `bytesReceived` the peer's FIN; `bytesSent` does not.
/// - `tcpInfo.lastDataSent` is the time since the application last wrote, if nothing was retransmitted: a FIN does not
///   touch it, a retransmission does.
extension SocketRecord {
    /// The socket was connected and its own side threw the connection away: SO_LINGER of 0, or it waited in the accept
    /// queue of a listener that was closed. The same is seen of an attempt to connect that failed.
    ///
    /// Then the remote port is 0, the local address too, unless the socket was bound to it, and the queues and counters
    /// are not those of the connection. What holds: cookie, local port, remote address, `lastDataSent`,
    /// `lastAckReceived`.
    public var wasAborted: Bool {
        remote.port == 0 && !remote.address.isUnspecified
    }

    /// The socket never had a peer: a listener, or one that was only bound.
    public var wasUnconnected: Bool {
        remote.port == 0 && remote.address.isUnspecified
    }

    /// Bytes that the application wrote and that the peer never acknowledged. Nil when the socket was aborted by its own
    /// side or never connected.
    ///
    /// A FIN that was never acknowledged counts 1, and the kernel does not say whether there was one. So a single byte
    /// is taken for a FIN, and a larger number is one too many where the application had closed the socket.
    public var undeliveredBytes: UInt32? {
        remote.port == 0 ? nil : sendQueue > 1 ? sendQueue : 0
    }
}
