internal import CSockDiag

/// What `struct tcp_info` tells about one connection, of as many fields as the kernel sent.
///
/// The struct has grown from 104 bytes (before 4.9) to 280 (6.18), always at its end. A field beyond the end of what
/// came is absent and reads as nil, never as zero. Names are the kernel's, without the prefix `tcpi_`.
public struct TCPInfo: Hashable, Sendable {
    /// The number of bytes that the kernel sent.
    public let length: UInt16

    /// Retransmissions of the oldest unacknowledged segment so far, `tcpi_retransmits`.
    public let retransmits: UInt8
    /// Unanswered window or keepalive probes, `tcpi_probes`.
    public let probes: UInt8
    /// How often the retransmission timeout was doubled, `tcpi_backoff`.
    public let backoff: UInt8
    /// Microseconds, `tcpi_rto`.
    public let retransmissionTimeout: UInt32
    /// Segments sent and not acknowledged, `tcpi_unacked`; for a listener the length of its accept queue.
    public let unacked: UInt32
    /// Milliseconds since data was last sent (also by a retransmission), `tcpi_last_data_sent`.
    public let lastDataSent: UInt32
    /// Milliseconds since data last came, `tcpi_last_data_recv`.
    public let lastDataReceived: UInt32
    /// Milliseconds since an acknowledgement last came, `tcpi_last_ack_recv`. On a socket in CLOSE_WAIT whose peer is
    /// gone this is the time since the FIN.
    public let lastAckReceived: UInt32
    /// Smoothed round-trip time in microseconds, `tcpi_rtt`.
    public let roundTripTime: UInt32
    /// Its variation in microseconds, `tcpi_rttvar`.
    public let roundTripTimeVariation: UInt32
    /// Segments retransmitted in the connection's life, `tcpi_total_retrans`.
    public let totalRetransmits: UInt32

    private let rawBytesAcked, rawBytesReceived, rawBusyTime, rawReceiveWindowLimited: UInt64
    private let rawBytesSent, rawBytesRetransmitted: UInt64
    private let rawSegmentsOut, rawSegmentsIn, rawNotSentBytes, rawMinimumRoundTripTime: UInt32
    private let rawDataSegmentsIn, rawDataSegmentsOut, rawSendWindow: UInt32

    /// Bytes that the peer has acknowledged, `tcpi_bytes_acked` (4.1+).
    public var bytesAcked: UInt64? { holds(CSD_TCPI_BYTES_ACKED, 8) ? rawBytesAcked : nil }
    /// Bytes received in order, `tcpi_bytes_received` (4.1+).
    public var bytesReceived: UInt64? { holds(CSD_TCPI_BYTES_RECEIVED, 8) ? rawBytesReceived : nil }
    /// Segments sent, `tcpi_segs_out` (4.2+).
    public var segmentsOut: UInt32? { holds(CSD_TCPI_SEGS_OUT, 4) ? rawSegmentsOut : nil }
    /// Segments received, `tcpi_segs_in` (4.2+).
    public var segmentsIn: UInt32? { holds(CSD_TCPI_SEGS_IN, 4) ? rawSegmentsIn : nil }
    /// Bytes written and not yet sent, `tcpi_notsent_bytes` (4.6+).
    public var notSentBytes: UInt32? { holds(CSD_TCPI_NOTSENT_BYTES, 4) ? rawNotSentBytes : nil }
    /// Smallest round-trip time seen, in microseconds, `tcpi_min_rtt` (4.6+).
    public var minimumRoundTripTime: UInt32? { holds(CSD_TCPI_MIN_RTT, 4) ? rawMinimumRoundTripTime : nil }
    /// Segments with data received, `tcpi_data_segs_in` (4.6+).
    public var dataSegmentsIn: UInt32? { holds(CSD_TCPI_DATA_SEGS_IN, 4) ? rawDataSegmentsIn : nil }
    /// Segments with data sent, `tcpi_data_segs_out` (4.6+).
    public var dataSegmentsOut: UInt32? { holds(CSD_TCPI_DATA_SEGS_OUT, 4) ? rawDataSegmentsOut : nil }
    /// Microseconds with data in flight, `tcpi_busy_time` (4.9+).
    public var busyTime: UInt64? { holds(CSD_TCPI_BUSY_TIME, 8) ? rawBusyTime : nil }
    /// Microseconds limited by the peer's window, `tcpi_rwnd_limited` (4.9+).
    public var receiveWindowLimited: UInt64? { holds(CSD_TCPI_RWND_LIMITED, 8) ? rawReceiveWindowLimited : nil }
    /// Bytes sent, retransmissions among them, `tcpi_bytes_sent` (4.19+).
    public var bytesSent: UInt64? { holds(CSD_TCPI_BYTES_SENT, 8) ? rawBytesSent : nil }
    /// Bytes retransmitted, `tcpi_bytes_retrans` (4.19+).
    public var bytesRetransmitted: UInt64? { holds(CSD_TCPI_BYTES_RETRANS, 8) ? rawBytesRetransmitted : nil }
    /// The peer's receive window in bytes, `tcpi_snd_wnd` (5.4+).
    public var sendWindow: UInt32? { holds(CSD_TCPI_SND_WND, 4) ? rawSendWindow : nil }

    private func holds(_ offset: Int, _ size: Int) -> Bool {
        offset + size <= Int(length)
    }

    /// Reads the attribute's payload. The caller has checked that the span is no shorter than ``minimumLength``.
    init(_ bytes: borrowing RawSpan) {
        let count = bytes.byteCount
        func byte(_ offset: Int) -> UInt8 { bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
        func word(_ offset: Int) -> UInt32 {
            offset + 4 <= count ? bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) : 0
        }
        func long(_ offset: Int) -> UInt64 {
            offset + 8 <= count ? bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) : 0
        }
        length = UInt16(clamping: count)
        retransmits = byte(CSD_TCPI_RETRANSMITS)
        probes = byte(CSD_TCPI_PROBES)
        backoff = byte(CSD_TCPI_BACKOFF)
        retransmissionTimeout = word(CSD_TCPI_RTO)
        unacked = word(CSD_TCPI_UNACKED)
        lastDataSent = word(CSD_TCPI_LAST_DATA_SENT)
        lastDataReceived = word(CSD_TCPI_LAST_DATA_RECV)
        lastAckReceived = word(CSD_TCPI_LAST_ACK_RECV)
        roundTripTime = word(CSD_TCPI_RTT)
        roundTripTimeVariation = word(CSD_TCPI_RTTVAR)
        totalRetransmits = word(CSD_TCPI_TOTAL_RETRANS)
        rawBytesAcked = long(CSD_TCPI_BYTES_ACKED)
        rawBytesReceived = long(CSD_TCPI_BYTES_RECEIVED)
        rawSegmentsOut = word(CSD_TCPI_SEGS_OUT)
        rawSegmentsIn = word(CSD_TCPI_SEGS_IN)
        rawNotSentBytes = word(CSD_TCPI_NOTSENT_BYTES)
        rawMinimumRoundTripTime = word(CSD_TCPI_MIN_RTT)
        rawDataSegmentsIn = word(CSD_TCPI_DATA_SEGS_IN)
        rawDataSegmentsOut = word(CSD_TCPI_DATA_SEGS_OUT)
        rawBusyTime = long(CSD_TCPI_BUSY_TIME)
        rawReceiveWindowLimited = long(CSD_TCPI_RWND_LIMITED)
        rawBytesSent = long(CSD_TCPI_BYTES_SENT)
        rawBytesRetransmitted = long(CSD_TCPI_BYTES_RETRANS)
        rawSendWindow = word(CSD_TCPI_SND_WND)
    }

    /// Up to `tcpi_total_retrans`: what every kernel with sock_diag sends. A shorter attribute is read as absent.
    static let minimumLength = CSD_TCPI_TOTAL_RETRANS + 4
}
