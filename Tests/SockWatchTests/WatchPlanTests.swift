import SockDiag
import Testing

@testable import SockWatch

@Suite("A plan, and the change to another one")
struct WatchPlanTests {
    private func plan(_ ports: [WatchedPort]) -> WatchPlan {
        WatchPlan(ports: ports, evidence: EvidenceSettings(isOn: false, trackedSocketsLimit: 1000))
    }

    @Test("ports are sorted, and the first of several descriptions of one port counts")
    func order() {
        let plan = plan([
            WatchedPort(port: 9000, name: "b"), WatchedPort(port: 80), WatchedPort(port: 9000, name: "c"),
            WatchedPort(port: 9000, side: .client),
        ])
        #expect(plan.ports.map(\.port) == [80, 9000, 9000])
        #expect(plan.ports.map(\.side) == [.server, .client, .server])
        #expect(plan.ports.map(\.name) == ["", "", "b"])
    }

    @Test("the filter asks for a server's ports as local ones and for a client's as remote ones")
    func filter() {
        let filter = plan([WatchedPort(port: 80), WatchedPort(port: 9000, side: .client)]).filter
        #expect(filter.matches(localPort: 80, remotePort: 1))
        #expect(filter.matches(localPort: 1, remotePort: 9000))
        #expect(!filter.matches(localPort: 9000, remotePort: 80))
    }

    @Test("ports that stay keep their counters and ages, and those that go are forgotten")
    func staysAndGoes() throws {
        var engine = Engine(plan: plan([WatchedPort(port: 1), WatchedPort(port: 2), WatchedPort(port: 3)]))
        let records = (1...3).flatMap { SocketRecord.closeWait([UInt64($0) * 10], port: UInt16($0)) }
        engine.sample(records, at: 0)
        engine.adopt(plan([WatchedPort(port: 0), WatchedPort(port: 1), WatchedPort(port: 3), WatchedPort(port: 4)]))
        #expect(engine.needsTCPInfo)
        let snapshot = engine.sample([records[2], .connection(.closeWait, cookie: 40, port: 4)], at: 5)
        #expect(snapshot.ports.map(\.watched.port) == [0, 1, 3, 4])
        #expect(snapshot[1]?.closeWait.left == 1)
        #expect(snapshot[3]?.closeWait.entered == 1)
        #expect(snapshot[3]?.closeWait.left == 0)
        #expect(snapshot[3]?.closeWait.oldestAge == 5)
        #expect(snapshot[4]?.closeWait.entered == 1)
        #expect(snapshot.trackedSockets == 2)
        engine.adopt(plan([WatchedPort(port: 2), WatchedPort(port: 3)]))
        #expect(engine.sample([], at: 10)[2]?.closeWait == CloseWaitSnapshot())
    }

    @Test("a port that comes new takes its ages from the last acknowledgements")
    func newPort() {
        var engine = Engine(plan: plan([WatchedPort(port: 1)]))
        engine.sample([], at: 0)
        engine.adopt(plan([WatchedPort(port: 1), WatchedPort(port: 2)]))
        let snapshot = engine.sample(
            [1, 2].map { .connection(.closeWait, cookie: UInt64($0), port: $0, silentForMilliseconds: 70_000) },
            at: 5
        )
        #expect(snapshot[1]?.closeWait.oldestAge == 5)
        #expect(snapshot[2]?.closeWait.oldestAge == 70)
        #expect(!engine.needsTCPInfo)
    }

    @Test("new bounds apply to what is there, and the counters stay")
    func newBounds() {
        var engine = Engine(plan: plan([WatchedPort(port: 1)]))
        let records = SocketRecord.closeWait(1...4, port: 1)
        engine.sample(records, at: 0)
        #expect(engine.sample(records, at: 10)[1]?.closeWait.stuck == 0)
        let bounds = ConditionThresholds(closeWaitStuckAfter: 10, backlogRatio: 0.1)
        engine.adopt(plan([WatchedPort(port: 1, name: "new", thresholds: bounds)]))
        let port = engine.sample(records + [.listener(port: 1, waiting: 20)], at: 15)[1]
        #expect(port?.watched.name == "new")
        #expect(port?.closeWait.stuck == 4)
        #expect(port?.closeWait.entered == 4)
        #expect(port?.holds(.backlogged) == true)
    }

    @Test("another window begins anew, the same one goes on", arguments: [(120.0, 24), (60, 27)])
    func newWindow(window: Double, first: Int) {
        var engine = Engine(plan: plan([WatchedPort(port: 1)]))
        let found = (0..<50).map { number in
            if number == 15 {
                let bounds = ConditionThresholds(closeWaitWindow: window, backlogRatio: 0.5)
                engine.adopt(plan([WatchedPort(port: 1, thresholds: bounds)]))
            }
            let records = SocketRecord.closeWait(1...UInt64(number + 1), port: 1)
            return engine.sample(records, at: Double(number) * 5)[1]?.holds(.closeWaitAccumulating)
        }
        #expect(found.firstIndex(of: true) == first)
    }

    @Test("a port that changes its side is another port")
    func otherSide() {
        var engine = Engine(plan: plan([WatchedPort(port: 1)]))
        engine.sample(SocketRecord.closeWait([1], port: 1), at: 0)
        engine.adopt(plan([WatchedPort(port: 1, side: .client)]))
        let snapshot = engine.sample([.connection(.closeWait, cookie: 2, port: 1, side: .client)], at: 5)
        #expect(snapshot[1]?.closeWait.entered == 1)
        #expect(snapshot[1]?.closeWait.left == 0)
    }

    @Test("a plan may watch every port on both sides")
    func everyPort() throws {
        let all = (UInt16.min...UInt16.max)
        var engine = Engine(plan: plan([WatchedPort(port: 40_001), WatchedPort(port: 65_535)]))
        engine.sample(SocketRecord.closeWait([1], port: 65_535), at: 0)
        engine.adopt(plan(all.map { WatchedPort(port: $0) } + all.map { WatchedPort(port: $0, side: .client) }))
        let snapshot = engine.sample(
            SocketRecord.closeWait([1, 2], port: 65_535)
                + [.connection(.closeWait, cookie: 3, port: 1), .connection(.closeWait, cookie: 4, port: 0)],
            at: 5
        )
        #expect(snapshot.ports.count == 131_072)
        let servers = snapshot.ports.filter { $0.watched.side == .server && $0.closeWait.entered > 0 }
        #expect(servers.map(\.watched.port) == [0, 1, 65_535])
        #expect(servers.map(\.closeWait.entered) == [1, 1, 2])
        #expect(servers.last?.closeWait.oldestAge == 5)
    }

    @Test("an engine without ports says nothing and needs nothing")
    func noPorts() {
        var engine = Engine(plan: plan([]))
        #expect(engine.sample([.listener(), .connection(.closeWait, cookie: 1)], at: 0).ports.isEmpty)
        #expect(!engine.needsTCPInfo)
    }
}
