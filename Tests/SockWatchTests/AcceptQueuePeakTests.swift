import SockDiag
import Testing

@testable import SockWatch

@Suite("An accept queue that is looked at between samples")
struct AcceptQueuePeakTests {
    private static let empty: [SocketRecord] = [.listener(waiting: 0, limit: 99)]

    private func port(_ snapshot: Snapshot) throws -> PortSnapshot { try #require(snapshot[8080]) }

    @Test("shows how full it was until the scheduled sample after the next, and no longer")
    func duration() throws {
        var engine = Engine.watching()
        #expect(try port(engine.sample(Self.empty, at: 0)).acceptQueuePeak.ratio == 0)
        engine.add(listener: .listener(waiting: 50, limit: 99))
        engine.add(listener: .listener(waiting: 20, limit: 99))
        for kind in [Engine.SampleKind.onDemand, .onDemand, .scheduled, .onDemand] {
            let seen = try port(engine.sample(Self.empty, at: 1, kind))
            #expect(seen.acceptQueuePeak == AcceptQueueFill(waiting: 50, limit: 99))
            #expect(seen.tally.acceptQueue == 0)
        }
        #expect(try port(engine.sample(Self.empty, at: 2)).acceptQueuePeak.ratio == 0)
    }

    @Test("is backlogged by what it was, and the sentence says that it is over")
    func judging() throws {
        var engine = Engine.watching()
        engine.sample(Self.empty, at: 0)
        engine.add(listener: .listener(waiting: 90, limit: 99))
        let over = try port(engine.sample([.listener(waiting: 3, limit: 99)], at: 1))
        #expect(over.condition == .backlogged)
        #expect(
            over.findings.first?.sentence
                == "An accept queue was 90 % full a moment ago: 90 connections waited, the limit is 99. Now 3 wait."
        )
        #expect(over.findings.first?.facts.first { $0.name == "accept_queue_fullest_ratio" }?.value == 0.9)
        #expect(try port(engine.sample(Self.empty, at: 2)).condition == .healthy)
    }

    @Test("keeps nothing of samples that are taken for scrapes")
    func onDemand() throws {
        var engine = Engine.watching()
        engine.sample(Self.empty, at: 0)
        let asked = try port(engine.sample([.listener(waiting: 99, limit: 99)], at: 1, .onDemand))
        #expect(asked.acceptQueuePeak.ratio == 0.99)
        #expect(try port(engine.sample(Self.empty, at: 1, .onDemand)).acceptQueuePeak.ratio == 0)
    }

    @Test("survives a sample that fails, and concerns its own port alone")
    func others() throws {
        var engine = Engine.watching()
        engine.sample(Self.empty, at: 0)
        engine.add(listener: .listener(waiting: 60, limit: 99))
        engine.add(listener: .listener(port: 9000, waiting: 99, limit: 99))
        engine.add(listener: .connection(.established, cookie: 7, sendQueue: 0, receiveQueue: 80))
        engine.addPart(of: Self.empty, at: 1)
        _ = engine.abandonSample(at: .at(1), last: nil)
        #expect(try port(engine.sample(Self.empty, at: 2)).acceptQueuePeak.ratio == 0.6)
    }

    @Test("of a listener that no sample has seen makes its end no connection's", arguments: [true, false])
    func shortLivedListener(isLookedAt: Bool) throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: true))
        engine.sample(Self.empty, at: 0)
        if isLookedAt { engine.add(listener: .listener(cookie: 77)) }
        engine.add(.of(77, at: 0.5, isAborted: true))
        let churn = try port(engine.sample(Self.empty, at: 1)).evidence.churn
        #expect(churn.closed == (isLookedAt ? 0 : 1))
    }
}
