import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("A port with too many connections to follow each")
struct SampleShareTests {
    private func settings(_ limit: Int, hasEvents: Bool = false) -> EvidenceSettings {
        EvidenceSettings(sampleAbove: limit, hasEvents: hasEvents)
    }

    private func record(_ cookie: UInt64, second: Int) -> SocketRecord {
        var record = SocketRecord.connection(.established, cookie: cookie)
        var fields = InfoFields()
        fields.bytesAcked = UInt64(second + 1) * 17
        fields.bytesSent = fields.bytesAcked
        fields.dataSegmentsOut = UInt32(second + 1)
        record.tcpInfo = fields.info
        return record
    }

    @Test("scaled totals are those of all, within a few percent", arguments: [true, false])
    func unbiased(hasEvents: Bool) throws {
        var engine = Engine.watching(
            WatchedPort(port: 8080, heartbeatInterval: 1),
            trackedSocketsLimit: 100_000,
            evidence: settings(10_000, hasEvents: hasEvents)
        )
        var last: PortSnapshot?
        var baseline = (beats: 0 as UInt64, bytes: 0 as UInt64)
        for second in 0..<8 {
            engine.beginSample(.scheduled, at: .at(Double(second)))
            // 1,000 go and 1,000 come each second from the third on.
            let gone = UInt64(max(0, second - 2)) * 1000
            for cookie in 1 + gone...40_000 + gone { engine.add(record(cookie, second: second)) }
            let port = try #require(engine.finishSample()[8080])
            if second == 1 {
                baseline = (port.evidence.heartbeats.observed, port.evidence.traffic.writtenBytes)
            }
            last = port
        }
        let evidence = try #require(last).evidence
        #expect(evidence.share == 0.25)
        func isNear(_ found: UInt64, _ truth: Int, within error: Double) -> Bool {
            let ratio = Double(found) / Double(truth)
            return ratio > 1 - error && ratio < 1 + error
        }
        #expect(isNear(UInt64(evidence.liveness.blind), 40_000, within: 0.03))
        #expect(isNear(evidence.heartbeats.observed - baseline.beats, 6 * 40_000 - 5 * 1000, within: 0.03))
        #expect(evidence.heartbeats.missed == 0)
        // Those that come in the seconds 3 to 7 have written 4 to 8 beats before they are first seen.
        let beats = 6 * 40_000 - 5 * 1000 + 1000 * (4 + 5 + 6 + 7 + 8)
        #expect(isNear(evidence.traffic.writtenBytes - baseline.bytes, 17 * beats, within: 0.03))
        // With events an end that no event told of waits for one more sample.
        #expect(isNear(evidence.churn.closed, hasEvents ? 4000 : 5000, within: 0.1))
        #expect(isNear(evidence.churn.opened, hasEvents ? 4000 : 5000, within: 0.1))
    }

    @Test("nobody has ended or begun when the share changes", arguments: [true, false])
    func changes(hasEvents: Bool) throws {
        var engine = Engine.watching(
            trackedSocketsLimit: 100_000,
            evidence: settings(1000, hasEvents: hasEvents)
        )
        // 500 stay all the time; up to 4,000 more come and go twice.
        var shares: Set<Double> = []
        for (second, others) in [0, 0, 4000, 4000, 4000, 4000, 0, 0, 0, 4000, 4000, 4000, 0, 0, 0, 0].enumerated() {
            let records =
                (1...500).map { record(UInt64($0), second: second) }
                + (0..<others).map { record(UInt64(10_000 * (second < 7 ? 1 : 2) + $0), second: second) }
            let evidence = try #require(engine.sample(records, at: Double(second))[8080]).evidence
            shares.insert(evidence.share)
            let (opened, closed) = (evidence.churn.opened, evidence.churn.closed)
            #expect(opened <= 8800 && closed <= 8800)
            if second < 6 { #expect(closed == 0) }
            if second == 5 { #expect(opened == 4000) }
        }
        #expect(shares == [1, 0.125])
    }

    @Test("a leak is counted to the last socket, whatever the share")
    func closeWait() throws {
        var engine = Engine.watching(trackedSocketsLimit: 100_000, evidence: settings(100))
        for second in 0..<6 {
            let left = UInt64(second < 4 ? 0 : 500)
            let records =
                SocketRecord.closeWait(1 + left...1000)
                + (1...max(1, left)).filter { $0 <= left }.map {
                    SocketRecord.connection(.lastAck, cookie: $0, silentForMilliseconds: 0)
                }
            let closeWait = try #require(engine.sample(records, at: Double(second))[8080]).closeWait
            #expect(closeWait.entered == 1000 && closeWait.left == left)
        }
    }

    @Test("the share does not flutter around its limit")
    func flutter() {
        var share = SampleShare()
        var seen: [UInt64] = []
        for connections in [900, 1001, 999, 1001, 600, 499, 500, 1100, 5000] {
            share.adapt(to: connections, limit: 1000)
            seen.append(share.weight)
        }
        #expect(seen == [1, 2, 2, 2, 2, 1, 1, 2, 8])
    }
}
