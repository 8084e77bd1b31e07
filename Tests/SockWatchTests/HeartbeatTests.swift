import Testing

@testable import SockWatch

@Suite("Heartbeats, held against a server that knows how many it skipped")
struct HeartbeatTests {
    /// Half a heartbeat, and five: with the error that is allowed, in points.
    private static let paces: [(seconds: Double, points: Double)] = [(0.5, 0.3), (5, 0.5)]

    /// Watches, prints what was found, and holds it against the truth.
    @discardableResult
    private func compare(
        _ name: String,
        _ plan: SimulatedServer.Plan,
        every seconds: Double,
        within points: Double,
        for duration: Double? = nil,
        interval: Double? = 1,
        pace: ClosedRange<Double>? = nil,
        side: WatchedPort.Side = .server
    ) throws -> PortSnapshot {
        var server = SimulatedServer(plan)
        let port = try Engine.watch(
            &server,
            for: duration ?? (seconds < 1 ? 400 : 1200),
            every: pace ?? seconds...seconds,
            interval: interval,
            side: side
        )
        let found = port.evidence.heartbeats
        print(
            "\(name), every \(seconds) s: true \(percent(server.missRatio)) found \(percent(found.missRatio))",
            "observed \(found.observed) of \(server.beaten) missed \(found.missed) of \(server.skipped)"
        )
        #expect(abs(found.missRatio - server.missRatio) * 100 <= points)
        #expect(found.observed > 500)
        if server.skipped == 0 { #expect(found.missed == 0) }
        return port
    }

    private func percent(_ ratio: Double) -> String { "\((ratio * 10_000).rounded() / 100) %" }

    @Test("heartbeats alone", arguments: paces, [0, 0.02, 0.1])
    func alone(pace: (seconds: Double, points: Double), skips: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.skips = skips
        try compare("heartbeats alone", plan, every: pace.seconds, within: pace.points)
    }

    @Test("as their clients see them, alone and with events among them", arguments: paces, [0, 0.02, 0.1])
    func clientSide(pace: (seconds: Double, points: Double), skips: Double) throws {
        for rate in [0, 0.1] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = rate
            let name = "client side, \(rate) events/s"
            let port = try compare(name, plan, every: pace.seconds, within: pace.points, side: .client)
            #expect(port.condition == .healthy && port.evidence.liveness.silent <= 25)
        }
    }

    @Test("with events among them", arguments: paces, [0, 0.02, 0.1])
    func events(pace: (seconds: Double, points: Double), skips: Double) throws {
        for rate in [0.1, 0.33] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = rate
            try compare("\(rate) events/s", plan, every: pace.seconds, within: pace.points)
        }
    }

    @Test("from a server that beats only when it is idle", arguments: paces, [0, 0.02, 0.1])
    func whenIdle(pace: (seconds: Double, points: Double), skips: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.skips = skips
        plan.beats = .whenIdle
        plan.eventRate = 0.25
        try compare("when idle", plan, every: pace.seconds, within: pace.points)
    }

    @Test("with late timers, TLS and a handshake", arguments: paces, [0, 0.02, 0.1])
    func lateTimers(pace: (seconds: Double, points: Double), skips: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.skips = skips
        plan.lateness = 0.001...0.003
        plan.heartbeatBytes = 17 + 22
        plan.greeting = [3200, 510, 332]
        try compare("late timers", plan, every: pace.seconds, within: pace.points)
    }

    @Test(
        "when the server is held up now and then, by less than three tenths of the interval",
        arguments: paces,
        [0, 0.02]
    )
    func heldUp(pace: (seconds: Double, points: Double), skips: Double) throws {
        for rate in [0, 0.1, 0.33] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = rate
            plan.holdUp = 0.1...0.29
            try compare("held up, \(rate) events/s", plan, every: pace.seconds, within: pace.points)
        }
    }

    @Test("when samples come at uneven times", arguments: [0, 0.02, 0.1])
    func unevenPace(skips: Double) throws {
        for (rate, events) in [("alone", 0.0), ("0.25 events/s", 0.25)] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = events
            plan.lateness = 0.001...0.003
            try compare("uneven, \(rate)", plan, every: 0.4, within: 0.3, for: 800, pace: 0.2...1.3)
            try compare("uneven, \(rate)", plan, every: 5, within: 0.5, for: 800, pace: 2...9)
        }
    }

    @Test("over a long round trip, where samples see data in flight", arguments: paces, [0, 0.02, 0.1])
    func roundTrip(pace: (seconds: Double, points: Double), skips: Double) throws {
        for coalesces in [false, true] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.roundTrip = 0.3
            plan.eventRate = 0.25
            plan.coalesces = coalesces
            let name = coalesces ? "round trip 0.3 s, Nagle" : "round trip 0.3 s"
            try compare(name, plan, every: pace.seconds, within: pace.points)
        }
    }

    @Test("from one timer for all connections", arguments: paces, [0, 0.02, 0.1])
    func broadcast(pace: (seconds: Double, points: Double), skips: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.skips = skips
        plan.isBroadcast = true
        plan.eventRate = 0.1
        plan.lateness = 0.001...0.003
        try compare("one timer", plan, every: pace.seconds, within: pace.points)
    }

    @Test("with a server that is restarted", arguments: paces, [0, 0.02, 0.1])
    func restart(pace: (seconds: Double, points: Double), skips: Double) throws {
        for events in [0, 0.1] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = events
            plan.restartAt = 301.3
            try compare("restart", plan, every: pace.seconds, within: pace.points)
        }
    }

    @Test("a silent drop of 30 s reads as nothing missed, whether or not it ends", arguments: paces, [true, false])
    func silentDrop(pace: (seconds: Double, points: Double), ends: Bool) throws {
        for (events, skips) in [(0, 0), (0.1, 0), (0, 0.02)] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = events
            plan.outage = 300.2..<(ends ? 330.2 : 1e9)
            var server = SimulatedServer(plan)
            var largest = 0
            let port = try Engine.watch(&server, for: 600, every: pace.seconds...pace.seconds, interval: 1) {
                time,
                port in
                if time > 311, time < 330 { largest = max(largest, port.evidence.liveness.halfOpenByRetransmission) }
                if time < 300 { #expect(port.evidence.liveness.halfOpen == 0) }
            }
            let found = port.evidence.heartbeats
            print("silent drop: true \(percent(server.missRatio)) found \(percent(found.missRatio))", found.observed)
            #expect(found.observed > 10_000)
            if skips == 0 { #expect(found.missed == 0) }
            #expect(abs(found.missRatio - skips) * 100 <= pace.points)
            #expect(largest == 100)
            #expect(port.holds(.halfOpen) == !ends)
            #expect(!port.holds(.silent))
            #expect(ends || port.evidence.liveness.silent == 0)
        }
    }

    @Test(
        "any write counts while heartbeats have no size of their own, and none is missed that was not",
        arguments: paces
    )
    func noSize(pace: (seconds: Double, points: Double)) throws {
        for skips in [0, 0.02, 0.1] {
            var plan = SimulatedServer.Plan()
            plan.skips = skips
            plan.eventRate = 0.33
            plan.heartbeatJitter = 0...60
            var server = SimulatedServer(plan)
            let port = try Engine.watch(&server, for: 600, every: pace.seconds...pace.seconds, interval: 1)
            let found = port.evidence.heartbeats
            print("no size, 0.33 events/s: true \(percent(server.missRatio)) found \(percent(found.missRatio))")
            #expect(found.size == nil)
            #expect(found.missRatio <= server.missRatio)
            if skips == 0 { #expect(found.missed == 0) }
        }
    }

    @Test("events of one size at random times are not taken for heartbeats", arguments: paces)
    func ticker(pace: (seconds: Double, points: Double)) throws {
        for rate in [0.2, 1, 3] {
            var plan = SimulatedServer.Plan()
            plan.beats = .whenIdle
            plan.eventRate = rate
            plan.eventBytes = 120...120
            var server = SimulatedServer(plan)
            let port = try Engine.watch(&server, for: 600, every: pace.seconds...pace.seconds, interval: 1)
            print("ticker \(rate)/s:", port.evidence.heartbeats)
            #expect(port.evidence.heartbeats.missed == 0)
            #expect(port.evidence.heartbeats.size != 120)
        }
    }
}
