import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("The heartbeat interval and size that are learned")
struct HeartbeatLearningTests {
    /// Watches a server without being told its interval.
    private func learn(
        _ plan: SimulatedServer.Plan,
        for seconds: Double,
        every pace: Double
    ) throws -> HeartbeatEvidence {
        var server = SimulatedServer(plan)
        let port = try Engine.watch(&server, for: seconds, every: pace...pace, interval: nil)
        return port.evidence.heartbeats
    }

    @Test(
        "an interval is learned after some twenty gaps, and is right within 5 %",
        arguments: [(0.25, 0.1), (1, 0.5), (1, 5), (1.25, 1), (15, 5), (15, 15), (15, 60), (30, 5), (300, 60)]
    )
    func interval(interval: Double, pace: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.connections = 5
        plan.interval = interval
        plan.lateness = 0.001...0.003
        let found = try learn(plan, for: 2 + interval * 8 + pace * 8, every: pace)
        let learned = try #require(found.interval)
        #expect(abs(learned / interval - 1) <= 0.05)
        #expect(found.isLearned)
        #expect(found.missed == 0)
    }

    @Test("it is learned and judged also with misses and events", arguments: [0.5, 5])
    func withMisses(pace: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.skips = 0.1
        plan.eventRate = 0.25
        let found = try learn(plan, for: 600, every: pace)
        #expect(found.interval == 1)
        #expect(found.size == 17)
        #expect(found.missed > 0)
    }

    @Test("nothing is learned from writes at random", arguments: [0.5, 2, 10], [0.2, 1, 3])
    func random(pace: Double, rate: Double) throws {
        for sizes in [40...400, 120...120] {
            var plan = SimulatedServer.Plan()
            plan.beats = .none
            plan.connections = 20
            plan.eventRate = rate
            plan.eventBytes = sizes
            let found = try learn(plan, for: 1000, every: pace)
            #expect(found.interval == nil)
            #expect(!found.isLearned && found.size == nil && found.missed == 0)
            #expect(found.observed > 0)
        }
    }

    @Test("a configured interval stands, and one that is taken away is learned")
    func configured() throws {
        var plan = SimulatedServer.Plan()
        plan.connections = 10
        var server = SimulatedServer(plan)
        let port = try Engine.watch(&server, for: 60, every: 1...1, interval: 30)
        #expect(port.evidence.heartbeats.interval == 30)
        #expect(!port.evidence.heartbeats.isLearned)
        #expect(port.evidence.heartbeats.missed == 0)
        let next = HeartbeatJudge(configured: 30).adopting(configured: nil)
        #expect(next.evidence.interval == nil)
    }

    @Test("heartbeats that change their size are found again")
    func newSize() throws {
        var server = SimulatedServer(SimulatedServer.Plan())
        var engine = Engine.watching(WatchedPort(port: 8080, heartbeatInterval: 1), evidence: EvidenceSettings())
        var sizes: [UInt32?] = []
        for second in 2..<400 {
            if second == 100 { server.plan.heartbeatBytes = 19 }
            server.advance(to: Double(second))
            let port = engine.sample(server.records(at: Double(second)), at: Double(second))[8080]
            sizes.append(port?.evidence.heartbeats.size)
            #expect(port?.evidence.heartbeats.missed == 0)
        }
        #expect(sizes.contains(17))
        #expect(sizes.last == 19)
    }

    @Test("a connection younger than an interval, or that never wrote, misses nothing and is not silent")
    func young() throws {
        var engine = Engine.watching(WatchedPort(port: 8080, heartbeatInterval: 15), evidence: EvidenceSettings())
        for second in stride(from: 0.0, to: 14, by: 2) {
            var young = SimulatedSocket(cookie: 1, openedAt: 0, roundTrip: 0.001, outage: nil, coalesces: false)
            young.write(300, at: 0)
            young.advance(to: second)
            let mute = SimulatedSocket(cookie: 2, openedAt: 0, roundTrip: 0.001, outage: nil, coalesces: false)
            let records = [.listener(), young.record(at: second), mute.record(at: second)]
            let evidence = try #require(engine.sample(records, at: second)[8080]).evidence
            #expect(evidence.heartbeats.missed == 0)
            #expect(evidence.liveness.silent == 0)
        }
    }

    @Test("a server that falls silent is seen at once, and its misses count when it writes again")
    func silence() throws {
        var plan = SimulatedServer.Plan()
        plan.connections = 10
        var server = SimulatedServer(plan)
        var engine = Engine.watching(WatchedPort(port: 8080, heartbeatInterval: 1), evidence: EvidenceSettings())
        var silent: [Double: Bool] = [:]
        for second in stride(from: 2.0, through: 80, by: 1) {
            server.plan.skips = (40.0..<50).contains(second) ? 1 : 0
            server.advance(to: second)
            let port = try #require(engine.sample(server.records(at: second), at: second)[8080])
            silent[second] = port.holds(.silent)
            if second < 50 { #expect(port.evidence.heartbeats.missed == 0) }
            if second == 80 { #expect(port.evidence.heartbeats.missed == 100) }
        }
        #expect(silent[39] == false && silent[42] == true && silent[49] == true && silent[52] == false)
    }
}
