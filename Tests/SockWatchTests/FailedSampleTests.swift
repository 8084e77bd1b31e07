import SockDiag
import Testing

@testable import SockWatch

@Suite("When the kernel does not answer")
struct FailedSampleTests {
    private func fail(_ engine: inout Engine, at seconds: Double, _ last: Snapshot?) -> Snapshot {
        engine.beginSample(.scheduled, at: .at(seconds))
        return engine.abandonSample(at: .at(seconds), last: last)
    }

    @Test("nothing is known before the first answer")
    func beforeFirst() throws {
        var engine = Engine.watching()
        let snapshot = fail(&engine, at: 0, nil)
        let port = try #require(snapshot[8080])
        #expect(snapshot.sampledAt == nil)
        #expect(port.condition == .unknown)
        #expect(!port.holds(.healthy))
        #expect(!port.holds(.noListener))
        #expect(port.findings.map(\.sentence) == ["The kernel has not answered yet."])
    }

    @Test("the last good snapshot stands until it is too old", arguments: [(5.0, true), (30, true), (30.001, false)])
    func keepsLast(seconds: Double, stands: Bool) throws {
        var engine = Engine.watching()
        let good = engine.sample([.listener(), .connection(.established, cookie: 1)], at: 0)
        engine.addPart(of: [.connection(.closeWait, cookie: 2)], at: seconds)
        let snapshot = engine.abandonSample(at: .at(seconds), last: good)
        let port = try #require(snapshot[8080])
        #expect(snapshot.sampledAt == .at(0))
        #expect(port.tally == good[8080]?.tally)
        #expect(port.closeWait == good[8080]?.closeWait)
        #expect(port.condition == (stands ? .healthy : .unknown))
    }

    @Test("what is unknown stays unknown, with its age, until the kernel answers again")
    func unknownAndBack() throws {
        var engine = Engine.watching()
        var snapshot = engine.sample([.listener()] + SocketRecord.closeWait([1]), at: 0)
        for seconds in [10.0, 20, 40, 50] { snapshot = fail(&engine, at: seconds, snapshot) }
        let port = try #require(snapshot[8080])
        #expect(port.findings.map(\.sentence) == ["The kernel last answered 50 s ago."])
        #expect(port.findings.first?.facts.map(\.value) == [50])
        #expect(port.closeWait.entered == 1)
        let back = try #require(engine.sample([.listener()], at: 55)[8080])
        #expect(back.condition == .healthy)
        #expect(back.closeWait.left == 1)
    }

    @Test("an answer on demand is an answer, too")
    func answeredOnDemand() throws {
        var engine = Engine.watching()
        var snapshot = engine.sample([.listener()], at: 0)
        snapshot = fail(&engine, at: 20, snapshot)
        snapshot = engine.sample([.listener()], at: 25, .onDemand)
        snapshot = fail(&engine, at: 40, snapshot)
        #expect(try #require(snapshot[8080]).condition == .healthy)
        #expect(snapshot.sampledAt == .at(25))
    }

    @Test("a failed sample on demand leaves the window and the next sample as they are")
    func failedOnDemand() throws {
        var engine = Engine.watching()
        let good = engine.sample([.listener()], at: 0)
        engine.addPart(of: SocketRecord.closeWait([1]), at: 1, .onDemand)
        #expect(engine.abandonSample(at: .at(1), last: good)[8080] == good[8080])
        #expect(try #require(engine.sample([.listener()], at: 5)[8080]).closeWait == CloseWaitSnapshot())
    }

    @Test("a sample that fails before it begins has failed", arguments: [Engine.SampleKind.scheduled, .onDemand])
    func failedBeforeBegin(previous: Engine.SampleKind) {
        var engine = Engine.watching()
        engine.sample([.listener()], at: 0)
        let good = engine.sample([.listener()], at: 1, previous)
        #expect(!engine.needsTCPInfo)
        #expect(engine.abandonSample(at: .at(6), last: good)[8080] == good[8080])
        #expect(engine.needsTCPInfo)
        #expect(engine.abandonSample(at: .at(60), last: good)[8080]?.condition == .unknown)
    }

    @Test("the bound for too old can be set")
    func staleAfter() throws {
        var engine = Engine(plan: WatchPlan(ports: [WatchedPort(port: 8080)]), staleAfter: 3)
        let good = engine.sample([.listener()], at: 0)
        #expect(try #require(fail(&engine, at: 3, good)[8080]).condition == .healthy)
        engine.staleAfter = 2
        #expect(try #require(fail(&engine, at: 3, good)[8080]).condition == .unknown)
    }
}
