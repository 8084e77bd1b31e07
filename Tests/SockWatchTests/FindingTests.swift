import SockDiag
import Testing

@testable import SockWatch

@Suite("A port's findings")
struct FindingTests {
    @Test("a port with a listener and nothing wrong is healthy")
    func healthy() throws {
        var engine = Engine.watching()
        let port = try #require(engine.sample([.listener(), .connection(.established, cookie: 1)], at: 0)[8080])
        #expect(port.condition == .healthy)
        #expect(port.findings.isEmpty)
        #expect(PortCondition.allCases.filter(port.holds) == [.healthy])
    }

    @Test("a server port without a listener is told, with what still hangs on it")
    func noListener() throws {
        var engine = Engine.watching()
        let empty = try #require(engine.sample([], at: 0)[8080])
        #expect(empty.findings.map(\.sentence) == ["Nobody listens on port 8080."])
        let orphaned = try #require(engine.sample([.connection(.established, cookie: 1)], at: 5)[8080])
        #expect(
            orphaned.findings.map(\.sentence) == ["Nobody listens on port 8080, which still has 1 connections."]
        )
    }

    @Test("a client's port needs no listener")
    func clientSide() throws {
        var engine = Engine.watching(WatchedPort(port: 8080, side: .client))
        #expect(try #require(engine.sample([], at: 0)[8080]).condition == .healthy)
    }

    @Test("stuck sockets are told with their causes")
    func stuck() throws {
        var engine = Engine.watching()
        let records: [SocketRecord] = [
            .listener(), .connection(.closeWait, cookie: 1, inode: 0, silentForMilliseconds: 61_000),
            .connection(.closeWait, cookie: 2, silentForMilliseconds: 3_600_000),
        ]
        let port = try #require(engine.sample(records, at: 0)[8080])
        #expect(
            port.findings.map(\.sentence) == [
                "2 sockets have been in CLOSE_WAIT for more than 60 s, the oldest for 3600 s: "
                    + "1 accepted and never closed, 1 never accepted."
            ]
        )
        #expect(port.findings.flatMap { $0.facts.map(\.value) } == [1, 1, 3600, 60])
    }

    @Test("an accept queue is backlogged above its bound and not at it", arguments: [(80, false), (81, true)])
    func backlogged(waiting: UInt32, isBacklogged: Bool) throws {
        var engine = Engine.watching()
        let port = try #require(engine.sample([.listener(waiting: waiting, limit: 99)], at: 0)[8080])
        #expect(port.holds(.backlogged) == isBacklogged)
        guard isBacklogged else { return }
        #expect(
            port.findings.map(\.sentence) == [
                "The fullest accept queue is 81 % full: 81 connections wait, the limit is 99."
            ]
        )
    }

    @Test("the worst of several comes first")
    func worstFirst() throws {
        var engine = Engine.watching()
        var last: PortSnapshot?
        for number in 0..<40 {
            let records = [.listener(waiting: 129)] + SocketRecord.closeWait(0..<UInt64(number) + 1)
            last = engine.sample(records, at: Double(number) * 5)[8080]
        }
        let port = try #require(last)
        #expect(port.findings.map(\.condition) == [.closeWaitStuck, .closeWaitAccumulating, .backlogged])
        #expect(port.condition == .closeWaitStuck)
        #expect(!port.holds(.healthy))
    }

    @Test("every condition has a name and a meaning of its own")
    func meanings() {
        for side in WatchedPort.Side.allCases {
            #expect(Set(PortCondition.allCases.map { $0.meaning(on: side) }).count == PortCondition.allCases.count)
        }
        #expect(PortCondition.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /[a-z_]+/) != nil })
    }
}
