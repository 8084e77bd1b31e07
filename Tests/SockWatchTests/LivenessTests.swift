import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("Who is gone, who is slow, and what cannot be known")
struct LivenessTests {
    private func record(
        _ cookie: UInt64 = 1,
        timer: SocketTimer = .none,
        retransmits: UInt8 = 0,
        sendQueue: UInt32 = 0,
        _ change: (inout InfoFields) -> Void = { _ in }
    ) -> SocketRecord {
        var record = SocketRecord.connection(.established, cookie: cookie, sendQueue: sendQueue)
        record.timer = timer
        record.retransmits = retransmits
        var fields = InfoFields()
        change(&fields)
        record.tcpInfo = fields.info
        return record
    }

    private func evidence(_ records: [SocketRecord]) throws -> PortSnapshot {
        var engine = Engine.watching(WatchedPort(port: 8080, heartbeatInterval: 10), evidence: EvidenceSettings())
        return try #require(engine.sample([.listener()] + records, at: 0)[8080])
    }

    @Test("data that stays unanswered makes a connection half-open, from the third doubling on", arguments: [2, 3, 9])
    func retransmission(backoff: UInt8) throws {
        let port = try evidence([
            record(timer: .retransmit, sendQueue: 17) { ($0.unacked, $0.backoff) = (1, backoff) }
        ])
        #expect(port.evidence.liveness.halfOpenByRetransmission == (backoff >= 3 ? 1 : 0))
        #expect(port.holds(.halfOpen) == (backoff >= 3))
        #expect(port.evidence.liveness.silent == 0 && port.evidence.liveness.blind == 0)
    }

    @Test("so does a keepalive probe that stays unanswered", arguments: [0, 1, 5])
    func keepaliveProbe(probes: UInt8) throws {
        let liveness = try evidence([record(timer: .keepalive, retransmits: probes)]).evidence.liveness
        #expect(liveness.halfOpenByKeepalive == (probes > 0 ? 1 : 0))
        #expect(liveness.blind == 0 && liveness.keepaliveOn == 1)
    }

    @Test("a closed window is a slow consumer, and one that no longer answers window probes is gone")
    func slowConsumer() throws {
        for (window, limited, probes, slow, local, gone): (UInt32, UInt64, UInt8, Int, Int, Int) in [
            (0, 0, 0, 1, 0, 0), (900, 0, 2, 1, 0, 0), (65_536, 800, 0, 1, 0, 0), (65_536, 0, 0, 0, 1, 0),
            (65_536, 0, 5, 0, 1, 0), (0, 900, 3, 0, 0, 1),
        ] {
            let liveness = try evidence([
                record(timer: .zeroWindowProbe, retransmits: probes, sendQueue: 9000) {
                    ($0.sendWindow, $0.receiveWindowLimited, $0.busyTime, $0.notSentBytes) = (
                        window, limited, 1000, 9000
                    )
                }
            ]).evidence.liveness
            #expect(liveness.slowConsumers == slow && liveness.localSendFailures == local)
            #expect(liveness.halfOpen == gone)
        }
    }

    @Test("slow consumers are a condition when they are more than 5 %", arguments: [(5, false), (6, true)])
    func slowCondition(slow: UInt64, holds: Bool) throws {
        let records = (1...100 as ClosedRange<UInt64>).map { cookie in
            cookie <= slow
                ? record(cookie, timer: .zeroWindowProbe, sendQueue: 10) { $0.sendWindow = 0 } : record(cookie)
        }
        let port = try evidence(records)
        #expect(port.holds(.slowConsumers) == holds)
        #expect(
            !holds
                || port.findings.map(\.sentence) == [
                    "Clients that read too slowly: 6 of 100. 60 bytes wait to be taken, 10 of them on one connection."
                ]
        )
    }

    @Test("idle without keepalive is blind, and nothing else")
    func blind() throws {
        let port = try evidence([record { $0.lastDataSent = 3000 }])
        #expect(port.evidence.liveness.blind == 1 && port.evidence.liveness.keepaliveOff == 1)
        #expect(port.condition == .healthy)
    }

    @Test("silent means more than one and a half heartbeats", arguments: [(15_000, 0), (15_001, 1)])
    func silent(milliseconds: UInt32, silent: Int) throws {
        #expect(try evidence([record { $0.lastDataSent = milliseconds }]).evidence.liveness.silent == silent)
    }

    @Test("keepalive is remembered while other timers hide it")
    func rememberedKeepalive() throws {
        var engine = Engine.watching(evidence: EvidenceSettings())
        let busy = (1...3 as ClosedRange<UInt64>).map {
            record($0, timer: .retransmit, sendQueue: 17) { $0.unacked = 1 }
        }
        let idle = [record(1, timer: .keepalive), record(2), busy[2]]
        var liveness = LivenessTally()
        for (second, records) in [busy, idle, busy].enumerated() {
            liveness = try #require(engine.sample(records, at: Double(second))[8080]).evidence.liveness
            if second == 0 { #expect(liveness.keepaliveUnknown == 3) }
        }
        #expect(liveness.keepaliveOn == 1 && liveness.keepaliveOff == 1 && liveness.keepaliveUnknown == 1)
        #expect(liveness.blind == 0)
    }
}
