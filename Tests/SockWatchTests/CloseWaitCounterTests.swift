import SockDiag
import Testing

@testable import SockWatch

@Suite("What entered and left CLOSE_WAIT")
struct CloseWaitCounterTests {
    @Test("what was there at the start has entered")
    func atStart() throws {
        var engine = Engine.watching()
        let closeWait = try #require(engine.sample(SocketRecord.closeWait(1...4), at: 0)[8080]).closeWait
        #expect(closeWait.entered == 4)
        #expect(closeWait.left == 0)
        #expect(closeWait.durations.count == 0)
    }

    @Test("each socket enters once, leaves once, and leaves its duration")
    func enterAndLeave() throws {
        var engine = Engine.watching()
        engine.sample([], at: 0)
        engine.sample(SocketRecord.closeWait(1...3), at: 5)
        engine.sample(SocketRecord.closeWait(2...5), at: 10)
        let closeWait = try #require(engine.sample(SocketRecord.closeWait([5]), at: 35)[8080]).closeWait
        #expect(closeWait.entered == 5)
        #expect(closeWait.left == 4)
        // 1 after 5 s; 2 and 3 after 30 s; 4 after 25 s. Bounds: 0.1 0.5 1 5 15 60 300 900 3600.
        #expect(closeWait.durations.counts == [0, 0, 0, 1, 0, 3, 0, 0, 0, 0])
        #expect(closeWait.durations.sum == 90)
    }

    @Test("a socket leaves by going over to another state")
    func changesState() throws {
        var engine = Engine.watching()
        engine.sample(SocketRecord.closeWait([1]), at: 0)
        let port = try #require(engine.sample([.connection(.lastAck, cookie: 1)], at: 5)[8080])
        #expect(port.closeWait.left == 1)
        #expect(port.tally[.lastAck] == 1)
    }

    @Test("sockets in other states are not followed", arguments: TCPState.allKnown.filter { $0 != .closeWait })
    func otherStates(state: TCPState) throws {
        var engine = Engine.watching()
        let snapshot = engine.sample([.connection(state, cookie: 1)], at: 0)
        #expect(snapshot.trackedSockets == 0)
        #expect(try #require(snapshot[8080]).closeWait.entered == 0)
    }

    @Test("a sample on demand tells what is true now and changes no counter, no histogram, and no window")
    func onDemand() throws {
        var disturbed = Engine.watching()
        var quiet = Engine.watching()
        for number in 0...40 {
            let seconds = Double(number) * 5
            let records = [.listener()] + SocketRecord.closeWait(0..<UInt64(number) + 1)
            let expected = quiet.sample(records, at: seconds)
            #expect(disturbed.sample(records, at: seconds)[8080] == expected[8080])
            let before = try #require(expected[8080]).closeWait
            // First without any socket, then with many new ones.
            for others in [[], SocketRecord.closeWait(500...600)] {
                let port = try #require(disturbed.sample(others, at: seconds + 1, .onDemand)[8080])
                #expect(port.tally[.closeWait] == others.count)
                #expect(port.closeWait.entered == before.entered)
                #expect(port.closeWait.left == before.left)
                #expect(port.closeWait.durations == before.durations)
            }
        }
    }

    @Test("a sample on demand knows the ages, and tells stuck sockets")
    func onDemandAges() throws {
        var engine = Engine.watching()
        engine.sample([], at: 0)
        engine.sample(SocketRecord.closeWait([1]), at: 5)
        let port = try #require(engine.sample(SocketRecord.closeWait([1, 2]), at: 66, .onDemand)[8080])
        #expect(port.closeWait.oldestAge == 61)
        #expect(port.closeWait.stuck == 1)
        // The socket that was seen on demand first counts from the scheduled sample.
        #expect(try #require(engine.sample(SocketRecord.closeWait([2]), at: 70)[8080]).closeWait.oldestAge == 0)
    }

    @Test("a broken sample that is begun again counts nothing")
    func retried() throws {
        var engine = Engine.watching()
        engine.sample(SocketRecord.closeWait([1]), at: 0)
        engine.addPart(of: SocketRecord.closeWait([1, 2, 3]), at: 5)
        let port = try #require(engine.sample(SocketRecord.closeWait([1, 4]), at: 6)[8080])
        #expect(port.tally[.closeWait] == 2)
        #expect(port.closeWait.entered == 2)
        #expect(port.closeWait.left == 0)
        #expect(port.closeWait.oldestAge == 6)
    }

    @Test("a socket that only a broken sample saw has never been there")
    func onlyInBroken() throws {
        var engine = Engine.watching()
        let good = engine.sample([], at: 0)
        engine.addPart(of: SocketRecord.closeWait([1, 2]), at: 5)
        _ = engine.abandonSample(at: .at(5), last: good)
        engine.addPart(of: SocketRecord.closeWait([3]), at: 10)
        let snapshot = engine.sample([], at: 11)
        let closeWait = try #require(snapshot[8080]).closeWait
        #expect(closeWait == CloseWaitSnapshot())
        #expect(snapshot.trackedSockets == 0)
    }

    @Test("a socket that a broken sample missed has not left")
    func missedInBroken() throws {
        var engine = Engine.watching()
        let good = engine.sample(SocketRecord.closeWait([1, 2]), at: 0)
        engine.addPart(of: SocketRecord.closeWait([1]), at: 5)
        _ = engine.abandonSample(at: .at(5), last: good)
        let closeWait = try #require(engine.sample(SocketRecord.closeWait([1, 2]), at: 10)[8080]).closeWait
        #expect(closeWait.entered == 2)
        #expect(closeWait.left == 0)
        #expect(closeWait.oldestAge == 10)
    }

    @Test("a socket that comes twice in one sample enters once")
    func duplicates() throws {
        var engine = Engine.watching()
        let snapshot = engine.sample(SocketRecord.closeWait([1, 2, 1, 1]), at: 0)
        #expect(snapshot.trackedSockets == 2)
        #expect(try #require(snapshot[8080]).closeWait.entered == 2)
        #expect(try #require(engine.sample([], at: 5)[8080]).closeWait.left == 2)
    }
}
