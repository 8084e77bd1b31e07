import SockDiag
import Testing

@testable import SockWatch

@Suite("The age of sockets in CLOSE_WAIT")
struct CloseWaitAgeTests {
    private func closeWait(_ cookie: UInt64, silentForMilliseconds: UInt32? = nil) -> SocketRecord {
        .connection(.closeWait, cookie: cookie, silentForMilliseconds: silentForMilliseconds)
    }

    @Test("one that was there at the start is as old as its last acknowledgement")
    func ageAtStart() throws {
        var engine = Engine.watching()
        #expect(engine.needsTCPInfo)
        let first = engine.sample([closeWait(1, silentForMilliseconds: 93_500)], at: 0)
        #expect(try #require(first[8080]).closeWait.oldestAge == 93.5)
        #expect(!engine.needsTCPInfo)
        let second = engine.sample([closeWait(1)], at: 5)
        #expect(try #require(second[8080]).closeWait.oldestAge == 98.5)
    }

    @Test("ages go on after a restart of the agent")
    func restart() throws {
        var before = Engine.watching()
        before.sample([], at: 0)
        before.sample([closeWait(1)], at: 5)
        let last = try #require(before.sample([closeWait(1)], at: 100)[8080])
        var after = Engine.watching()
        // The FIN came just before the sample at 5 s; an acknowledgement has milliseconds, so the ages agree to one.
        let first = try #require(after.sample([closeWait(1, silentForMilliseconds: 95_000)], at: 100)[8080])
        #expect(first.closeWait.oldestAge == last.closeWait.oldestAge)
        #expect(first.condition == last.condition)
        #expect(first.closeWait.entered == 1)
    }

    @Test("one that came later counts from the sample that saw it first")
    func ageLater() throws {
        var engine = Engine.watching()
        engine.sample([], at: 0)
        #expect(try #require(engine.sample([closeWait(1)], at: 5)[8080]).closeWait.oldestAge == 0)
        #expect(try #require(engine.sample([closeWait(1)], at: 12)[8080]).closeWait.oldestAge == 7)
    }

    @Test("the oldest of several is told")
    func oldest() throws {
        var engine = Engine.watching()
        let records = [(1, 3000), (2, 41_000), (3, 8000)].map { closeWait($0, silentForMilliseconds: $1) }
        #expect(try #require(engine.sample(records, at: 0)[8080]).closeWait.oldestAge == 41)
        #expect(try #require(engine.sample([records[0], records[2]], at: 5)[8080]).closeWait.oldestAge == 13)
        #expect(try #require(engine.sample([], at: 10)[8080]).closeWait.oldestAge == 0)
    }

    @Test(
        "none is older than the last good sample, which did not see it",
        arguments: [(UInt32(500_000), 5.0), (5000, 5), (2000, 2), (0, 0)]
    )
    func boundedByGoodSample(silence: UInt32, age: Double) throws {
        var engine = Engine.watching()
        engine.sample([], at: 0)
        let snapshot = engine.sample([closeWait(1, silentForMilliseconds: silence)], at: 5)
        #expect(try #require(snapshot[8080]).closeWait.oldestAge == age)
    }

    @Test("one that came while samples failed is as old as its last acknowledgement, up to the last good sample")
    func failedBetween() throws {
        var engine = Engine.watching()
        let good = engine.sample([], at: 0)
        #expect(!engine.needsTCPInfo)
        for seconds in [5.0, 10] {
            engine.beginSample(.scheduled, at: .at(seconds))
            _ = engine.abandonSample(at: .at(seconds), last: good)
        }
        #expect(engine.needsTCPInfo)
        let records = [closeWait(1, silentForMilliseconds: 11_000), closeWait(2, silentForMilliseconds: 90_000)]
        let port = try #require(engine.sample([records[0]], at: 15)[8080])
        #expect(port.closeWait.oldestAge == 11)
        #expect(!engine.needsTCPInfo)
        var another = Engine.watching()
        another.sample([], at: 0)
        #expect(try #require(another.sample([records[1]], at: 15)[8080]).closeWait.oldestAge == 15)
    }

    @Test("no age is negative, also when the clock's readings come out of order")
    func neverNegative() throws {
        var engine = Engine.watching()
        engine.sample([closeWait(1)], at: 10)
        #expect(try #require(engine.sample([closeWait(1)], at: 4)[8080]).closeWait.oldestAge == 0)
        let left = try #require(engine.sample([], at: 3)[8080]).closeWait
        #expect(left.durations.sum == 0)
        #expect(left.durations.count == 1)
    }

    @Test("a socket is stuck after its bound and not at it", arguments: [(60.0, 0), (60.001, 1)])
    func stuckBound(age: Double, stuck: Int) throws {
        var engine = Engine.watching()
        engine.sample([.listener()], at: -5)
        engine.sample([.listener(), closeWait(1)], at: 0)
        let port = try #require(engine.sample([.listener(), closeWait(1)], at: age)[8080])
        #expect(port.closeWait.stuck(.unclosed) == stuck)
        #expect(port.closeWait.stuck(.unaccepted) == 0)
        #expect(port.condition == (stuck == 0 ? .healthy : .closeWaitStuck))
    }

    @Test("a stuck socket without an inode was never accepted")
    func causes() throws {
        var engine = Engine.watching()
        let records: [SocketRecord] = (1...5).map {
            .connection(.closeWait, cookie: $0, inode: $0 <= 2 ? 0 : 99, silentForMilliseconds: 61_000)
        }
        let closeWait = try #require(engine.sample(records, at: 0)[8080]).closeWait
        #expect(closeWait.stuck(.unaccepted) == 2)
        #expect(closeWait.stuck(.unclosed) == 3)
        #expect(closeWait.stuck == 5)
    }

    @Test("a stuck socket that is accepted late changes its cause")
    func acceptedLate() throws {
        var engine = Engine.watching()
        engine.sample([.connection(.closeWait, cookie: 1, inode: 0, silentForMilliseconds: 61_000)], at: 0)
        let closeWait = try #require(engine.sample([.connection(.closeWait, cookie: 1, inode: 5)], at: 5)[8080])
            .closeWait
        #expect(closeWait.stuckUnaccepted == 0)
        #expect(closeWait.stuckUnclosed == 1)
    }

    @Test("each port has its own bound")
    func ownBounds() {
        var engine = Engine(
            plan: WatchPlan(ports: [
                WatchedPort(port: 1, thresholds: ConditionThresholds(closeWaitStuckAfter: 5)), WatchedPort(port: 2),
            ])
        )
        let records = SocketRecord.closeWait([1], port: 1) + SocketRecord.closeWait([2], port: 2)
        engine.sample(records, at: 0)
        let snapshot = engine.sample(records, at: 6)
        #expect(snapshot[1]?.closeWait.stuck == 1)
        #expect(snapshot[2]?.closeWait.stuck == 0)
    }

    @Test("a process that is stopped for less than the bound leaves nothing stuck")
    func stopped() throws {
        var engine = Engine.watching()
        engine.sample([.listener()], at: 0)
        let waiting: [SocketRecord] = [.listener()] + SocketRecord.closeWait(1...10)
        for seconds in stride(from: 5.0, through: 60, by: 5) {
            #expect(try #require(engine.sample(waiting, at: seconds)[8080]).condition == .healthy)
        }
        let healed = try #require(engine.sample([.listener()], at: 65)[8080])
        #expect(healed.condition == .healthy)
        #expect(healed.closeWait.left == 10)
    }
}
