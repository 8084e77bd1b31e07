internal import SockDiag

/// What an application has written to a socket: what was acknowledged, and what waits for it.
enum WrittenBytes {
    static func count(_ record: borrowing SocketRecord, _ info: TCPInfo) -> UInt64 {
        sequenceLength(record, info) - (hasFIN(record, info) ? 1 : 0)
    }

    /// The end of the stream takes a place in the sequence, as a byte does. It is no data, and so not in `bytes_sent`.
    static func hasFIN(_ record: borrowing SocketRecord, _ info: TCPInfo) -> Bool {
        let length = sequenceLength(record, info)
        guard record.state != .established, record.state != .closeWait, length > 0 else { return false }
        guard let sent = info.bytesSent, let again = info.bytesRetransmitted, let unsent = info.notSentBytes else {
            return record.state != .close
        }
        return sent >= again && (sent - again).clampedSum(UInt64(unsent)) < length
    }

    private static func sequenceLength(_ record: borrowing SocketRecord, _ info: TCPInfo) -> UInt64 {
        (info.bytesAcked ?? 0).clampedSum(UInt64(record.sendQueue))
    }
}
