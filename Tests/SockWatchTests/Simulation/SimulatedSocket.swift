@testable import SockDiag
@testable import SockWatch

/// The sending half of a server's socket, and the path to its client, as the kernel would show them.
///
/// Enough of TCP for the evidence: writes become segments, segments are acknowledged after a round trip, what is lost is
/// sent again at doubling intervals, and what is written meanwhile waits and goes out in as few segments as hold it.
struct SimulatedSocket {
    static let segmentSize = 1448

    let cookie: UInt64
    let openedAt: Double
    let roundTrip: Double
    /// When nothing gets through; segments in flight at its beginning are lost, too.
    let outage: Range<Double>?
    /// Whether small writes wait until all before them is acknowledged (Nagle's algorithm).
    let coalesces: Bool

    private(set) var written = 0
    private var acked = 0
    private var sentOnce = 0
    private(set) var dataSegments = 0
    private(set) var retransmits = 0
    private var retransmittedBytes = 0
    private var lastSent: Double
    /// When something last came to the client, later by half the round trip as everything does there.
    private var lastReceived: Double
    /// When the oldest segment was sent and its bytes; what else is sent but not acknowledged with when that will be.
    private var flights: [(ackedAt: Double, bytes: Int)] = []
    private var lost: (bytes: Int, retryAt: Double, backoff: Int)?

    init(cookie: UInt64, openedAt: Double, roundTrip: Double, outage: Range<Double>?, coalesces: Bool) {
        (self.cookie, self.openedAt, self.roundTrip) = (cookie, openedAt, roundTrip)
        (self.outage, self.coalesces) = (outage, coalesces)
        lastSent = openedAt
        lastReceived = openedAt
    }

    private func isDown(_ time: Double) -> Bool { outage?.contains(time) ?? false }

    mutating func write(_ bytes: Int, at time: Double) {
        advance(to: time)
        written += bytes
        if lost == nil, !coalesces || flights.isEmpty { send(written - sentOnce, at: time) }
    }

    private mutating func send(_ bytes: Int, at time: Double) {
        var rest = bytes
        while rest > 0 {
            let size = min(rest, Self.segmentSize)
            rest -= size
            dataSegments += 1
            sentOnce += size
            lastSent = time
            if let lost {
                self.lost = (lost.bytes + size, lost.retryAt, lost.backoff)
            } else if isDown(time) || isDown(time + roundTrip) {
                lost = (size, time + max(0.2, 2 * roundTrip), 0)
            } else {
                flights.append((time + roundTrip, size))
            }
        }
    }

    /// Lets acknowledgements and retransmissions happen.
    mutating func advance(to time: Double) {
        while true {
            let acknowledgement = flights.first?.ackedAt ?? .infinity
            let retry = lost?.retryAt ?? .infinity
            guard min(acknowledgement, retry) <= time else { return }
            if acknowledgement <= retry {
                acked += flights.removeFirst().bytes
                lastReceived = acknowledgement
                if flights.isEmpty, lost == nil { send(written - sentOnce, at: acknowledgement) }
            } else if let lost {
                dataSegments += 1
                retransmits += 1
                retransmittedBytes += lost.bytes
                lastSent = retry
                if isDown(retry) || isDown(retry + roundTrip) {
                    let timeout = max(0.2, 2 * roundTrip) * Double(1 << min(lost.backoff + 1, 9))
                    self.lost = (lost.bytes, retry + min(timeout, 120), lost.backoff + 1)
                } else {
                    self.lost = nil
                    flights.append((retry + roundTrip, lost.bytes))
                }
            }
        }
    }

    /// What a dump at the client shows, which sent its request at the beginning, and nothing since.
    func clientRecord(at time: Double, port: UInt16 = 8080) -> SocketRecord {
        var record = SocketRecord.connection(.established, cookie: cookie, port: port, side: .client)
        var fields = InfoFields()
        fields.bytesAcked = 101
        fields.dataSegmentsOut = 1
        fields.lastDataSent = UInt32(max(0, (time - openedAt) * 1000))
        fields.bytesReceived = UInt64(acked)
        fields.dataSegmentsIn = UInt32(dataSegments - retransmits - flights.count)
        fields.lastDataReceived = UInt32(max(0, (time - lastReceived) * 1000))
        record.tcpInfo = fields.info
        return record
    }

    /// What a dump shows, after ``advance(to:)``.
    func record(at time: Double, port: UInt16 = 8080, state: TCPState = .established) -> SocketRecord {
        var record = SocketRecord.connection(state, cookie: cookie, port: port, sendQueue: UInt32(written - acked))
        var fields = InfoFields()
        fields.bytesAcked = UInt64(acked)
        fields.lastDataSent = UInt32(max(0, (time - lastSent) * 1000))
        fields.dataSegmentsOut = UInt32(dataSegments)
        fields.totalRetransmits = UInt32(retransmits)
        fields.unacked = UInt32(flights.count + (lost == nil ? 0 : 1))
        fields.notSentBytes = UInt32(written - sentOnce)
        fields.bytesSent = UInt64(sentOnce + retransmittedBytes)
        fields.bytesRetransmitted = UInt64(retransmittedBytes)
        fields.backoff = UInt8(clamping: lost?.backoff ?? 0)
        record.tcpInfo = fields.info
        if fields.unacked > 0 { record.timer = .retransmit }
        return record
    }
}
