import Testing

@testable import SockWatch

/// Servers as there are, that do not beat as the method would like. What cannot be told of them may be left out, but
/// nothing may be made up: at 2 % somebody is called.
@Suite("Heartbeats of odd servers")
struct HeartbeatOddServerTests {
    /// How often samples are taken: as a share of a heartbeat.
    private static let paces = [0.5, 5.0]

    private func watch(
        _ name: String,
        _ plan: SimulatedServer.Plan,
        every beats: Double,
        interval: Double?,
        for intervals: Double = 400
    ) throws -> (found: HeartbeatEvidence, server: SimulatedServer) {
        var server = SimulatedServer(plan)
        let pace = plan.interval * beats
        let port = try Engine.watch(&server, for: plan.interval * intervals, every: pace...pace, interval: interval)
        let found = port.evidence.heartbeats
        print(
            "\(name), every \(beats) beats: true \(server.missRatio) found \(found.missRatio),",
            "observed \(found.observed) of \(server.beaten), missed \(found.missed) of \(server.skipped),",
            "interval \(found.interval ?? 0), contradicted \(found.isContradicted), size \(found.size ?? 0)"
        )
        return (found, server)
    }

    @Test(
        "that beat at another interval than the configured one miss nothing",
        arguments: paces,
        [10.0, 14, 20, 22, 40]
    )
    func wrongInterval(beats: Double, configured: Double) throws {
        for (skips, events) in [(0, 0), (0, 0.02), (0.02, 0)] {
            var plan = SimulatedServer.Plan()
            (plan.interval, plan.skips, plan.eventRate) = (15, skips, events)
            let name = "15 s, configured \(configured) s"
            let (found, server) = try watch(name, plan, every: beats, interval: configured)
            #expect(found.missRatio <= server.missRatio + 0.003)
            #expect(found.observed > 10_000)
            if configured < 14 { #expect(found.isContradicted) }
        }
    }

    @Test("that beat half as often as configured miss every second heartbeat", arguments: paces)
    func half(beats: Double) throws {
        var plan = SimulatedServer.Plan()
        plan.interval = 30
        let (found, _) = try watch("30 s, configured 15 s", plan, every: beats, interval: 15)
        #expect(abs(found.missRatio - 0.5) <= 0.005)
    }

    @Test("that wait by chance between heartbeats miss nothing", arguments: paces, [0, 15.0])
    func jitteredIntervals(beats: Double, configured: Double) throws {
        // Around the configured interval, and always longer than it.
        for (interval, lateness) in [(12, 0.0...6), (13.5, 0...3), (15, 0...1), (15, 0...5), (15, 0...15)] {
            var plan = SimulatedServer.Plan()
            (plan.interval, plan.lateness) = (interval, lateness)
            let name = "\(interval) s and \(lateness)"
            let (found, _) = try watch(name, plan, every: beats, interval: configured == 0 ? nil : configured)
            #expect(found.missRatio <= 0.01)
        }
    }

    @Test("that count their heartbeats are judged though the size changes", arguments: paces, [0, 0.02])
    func counter(beats: Double, skips: Double) throws {
        for events in [0, 0.02] {
            var plan = SimulatedServer.Plan()
            (plan.interval, plan.skips, plan.eventRate, plan.hasCounter) = (15, skips, events, true)
            let (found, server) = try watch("counter, \(events) events/s", plan, every: beats, interval: 15)
            #expect(abs(found.missRatio - server.missRatio) <= 0.005)
            #expect(found.observed > 3000)
            if skips == 0 { #expect(found.missed == 0) }
        }
    }

    @Test("that write two kinds of heartbeat miss nothing that is not missed", arguments: paces, [0, 0.02])
    func twoKinds(beats: Double, skips: Double) throws {
        for configured in [nil, 15.0] {
            var plan = SimulatedServer.Plan()
            (plan.interval, plan.skips, plan.secondKindBytes) = (15, skips, 25)
            let (found, server) = try watch("two kinds", plan, every: beats, interval: configured)
            #expect(found.missRatio <= server.missRatio + 0.003)
            guard skips == 0 else { continue }
            // Where half the interval is learned, a connection's first heartbeat comes after two of them: once for each.
            #expect(found.missed <= (configured == nil ? UInt64(plan.connections) : 0))
            let (early, _) = try watch("two kinds", plan, every: beats, interval: configured, for: 40)
            #expect(found.missed == early.missed)
        }
    }

    @Test("that write events larger than a segment are judged", arguments: paces, [0, 0.02])
    func largeEvents(beats: Double, skips: Double) throws {
        var plan = SimulatedServer.Plan()
        (plan.interval, plan.skips, plan.eventRate, plan.eventBytes) = (15, skips, 0.01, 1000...50_000)
        let (found, server) = try watch("large events", plan, every: beats, interval: 15)
        #expect(abs(found.missRatio - server.missRatio) <= 0.005)
        if skips == 0 { #expect(found.missed == 0) }
    }

    @Test("that change their interval miss next to nothing while that is found out", arguments: paces, [nil, 15.0])
    func newInterval(beats: Double, configured: Double?) throws {
        // Not 25 s: three times that are five times 15 s, and two of five missed.
        for interval in [10.0, 20, 26] {
            var plan = SimulatedServer.Plan()
            plan.interval = 15
            var server = SimulatedServer(plan)
            var missed: [UInt64] = []
            let port = try Engine.watch(&server, for: 15_000, every: 15 * beats...15 * beats, interval: configured) {
                time,
                port in
                missed.append(port.evidence.heartbeats.missed)
            } before: { time, server in
                if time > 6000 { server.plan.interval = interval }
            }
            let found = port.evidence.heartbeats
            print("15 s, then \(interval) s, every \(beats) beats:", found)
            #expect(found.missRatio <= 0.01)
            // Found out: the last thousands of seconds say nothing wrong.
            #expect(missed.last == missed[missed.count * 3 / 4])
            if configured == nil { #expect(found.interval == interval) }
        }
    }
}
