import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

/// Connections come, change their states and go; dumps miss some and tell others twice, or break; events come late or
/// twice or are lost; and the plan changes meanwhile. Whatever of this happens, what is counted is what happened, or less.
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

    @Test("an end that events tell twice counts once, also of a listener, and of a connection that was given up")
    func toldTwice() throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: true))
        let all: [SocketRecord] = (1...3).map { .connection(.closeWait, cookie: $0, silentForMilliseconds: 0) }
        engine.sample([.listener()] + all, at: 0)
        // The second is no longer seen, and no event comes: it is given up.
        engine.sample([.listener(), all[0], all[2]], at: 1)
        engine.sample([.listener(), all[0], all[2]], at: 2)
        func tell() {
            engine.add(.of(1, at: 2.5, idle: 1, undelivered: 100))
            engine.add(.of(2, at: 2.5, idle: 1, undelivered: 100))
            // One that no sample saw, and the listener, whose end looks like that of an aborted connection.
            engine.add(.of(9, at: 2.5, idle: 1, undelivered: 100))
            engine.add(.of(1 << 40, at: 2.5, isAborted: true))
        }
        tell()
        tell()
        let first = try #require(engine.sample([all[2]], at: 3)[8080])
        tell()
        let second = try #require(engine.sample([all[2]], at: 4)[8080])
        for port in [first, second] {
            let churn = port.evidence.churn
            #expect(churn.opened == 1 && churn.closed == 3 && churn.lifetimes.count == 3)
            #expect(churn.idleTimes.count == 3 && churn.undeliveredBytes == 300)
            #expect(port.closeWait.entered == 3 && port.closeWait.left == 2 && port.closeWait.durations.count == 2)
        }
        #expect(first.evidence.traffic == second.evidence.traffic)
    }

    @Test("of the ends that were told last thousands are remembered, and not more")
    func toldEnds() {
        var told = ToldEnds()
        func countNew(_ cookies: Range<Int>) -> Int { cookies.count { told.insert(UInt64($0)) } }
        let capacity = ToldEnds.capacity
        #expect(countNew(0..<2 * capacity) == 2 * capacity)
        #expect(countNew(capacity..<2 * capacity) == 0)
        #expect(countNew(2 * capacity..<3 * capacity) == capacity)
        #expect(countNew(0..<1) == 1)
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
