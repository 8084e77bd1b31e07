import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

/// Connections come, change their states and go; dumps miss some and tell others twice, or break; events come late or are
/// lost; and the plan changes meanwhile. Whatever of this happens, what is counted is what happened, or less.
@Suite("The engine under random histories")
struct EngineHistoryTests {
    @Test("balances what it counts, and counts nothing twice, with events", arguments: 1...10)
    func withEvents(seed: Int) {
        var history = EngineHistory(seed: UInt64(seed), hasEvents: true)
        for _ in 0..<150 { history.step() }
        #expect(history.exactLooks > 20)
    }

    @Test("balances what it counts, and counts nothing twice, without events", arguments: 1...10)
    func withoutEvents(seed: Int) {
        var history = EngineHistory(seed: UInt64(seed), hasEvents: false)
        for _ in 0..<150 { history.step() }
        #expect(history.exactLooks > 20)
    }

    @Test("a socket that a dump tells twice counts once", arguments: [true, false])
    func twice(hasEvents: Bool) throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: hasEvents, countsCgroups: true))
        engine.sample([.listener()], at: 0)
        var established = SocketRecord.connection(.established, cookie: 1, silentForMilliseconds: 0)
        established.cgroupID = 7
        let closeWait = SocketRecord.connection(.closeWait, cookie: 2)
        let records = [.listener(), established, closeWait, established, closeWait]
        let port = try #require(engine.sample(records, at: 1)[8080])
        #expect(port.tally[.established] == 1 && port.tally[.closeWait] == 1 && port.tally.liveSockets == 2)
        #expect(port.closeWait.entered == 1)
        #expect(port.evidence.sendIdle.count == 1)
        #expect(port.evidence.churn.opened == 2)
        // The first record counts, and what the second said is learned from the next sample.
        let changed = [.listener(), established, closeWait, .connection(.closeWait, cookie: 1)]
        let next = try #require(engine.sample(changed, at: 2)[8080])
        #expect(next.tally[.established] == 1 && next.tally[.closeWait] == 1 && next.closeWait.entered == 1)
    }

    @Test("a connection that was given up and comes back ends with its event")
    func givenUp() throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: true))
        let all: [SocketRecord] = (1...3).map { .connection(.established, cookie: $0, silentForMilliseconds: 0) }
        engine.sample(all, at: 0)
        engine.sample(Array(all.dropFirst()), at: 1)
        engine.sample(Array(all.dropFirst()), at: 2)
        let back = try #require(engine.sample(all, at: 3)[8080]).evidence.churn
        #expect(back.opened == 1 && back.closed == 1)
        engine.add(.of(1, at: 3.5))
        let ended = try #require(engine.sample(Array(all.dropFirst()), at: 4)[8080]).evidence.churn
        #expect(ended.opened == 1 && ended.closed == 2)
    }
}
