import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("The server's own number against the kernel's")
struct DriftTests {
    private func records(_ established: Int, closeWait: Int = 0) -> [SocketRecord] {
        [.listener()] + (0..<established).map { .connection(.established, cookie: UInt64($0) + 1) }
            + SocketRecord.closeWait((0..<closeWait).map { UInt64($0) + 100_000 })
    }

    /// Samples, asks the server after each, and returns what each sample said.
    private func watch(_ counts: [Int], closeWait: Int = 0, _ active: (Int) -> Double?) throws -> [PortSnapshot] {
        var engine = Engine.watching()
        return try counts.enumerated().map { number, count in
            let snapshot = engine.sample(records(count, closeWait: closeWait), at: Double(number) * 5)
            engine.note(active: active(number), ports: PortSet([8080]))
            return try #require(snapshot[8080])
        }
    }

    @Test("a number between the counts before and after is right")
    func between() throws {
        let ports = try watch([100, 140, 90], closeWait: 10) { [110, 100][min($0, 1)] }
        #expect(ports.map { $0.evidence.drift?.value } == [nil, 0, 0])
        #expect(ports[1].evidence.drift?.counts == 110...150)
    }

    @Test("one that is off is off by its distance to the nearer count", arguments: [(93.0, 7.0), (107, -7)])
    func off(active: Double, drift: Double) throws {
        let ports = try watch([100, 100, 100, 100, 100]) { _ in active }
        #expect(ports.last?.evidence.drift?.value == drift)
        #expect(ports.last?.holds(.drifting) == false)
    }

    @Test("it is a condition when three in a row are off by more than 10 and 5 %")
    func condition() throws {
        for (count, active, holds) in [(100, 90.0, false), (100, 89, true), (400, 380, false), (400, 379, true)] {
            let ports = try watch(Array(repeating: count, count: 5)) { _ in active }
            #expect(ports.map { $0.holds(.drifting) } == [false, false, false, holds, holds])
        }
        let port = try #require(try watch([100, 100, 100, 100]) { _ in 130 }.last)
        #expect(
            port.findings.map(\.sentence) == ["The server says that it has 130 connections; the kernel has 100."]
        )
        #expect(port.findings.first?.facts.map(\.value) == [-30, 130, 100, 100])
    }

    @Test("a server may say any number", arguments: [1e30, -1e30, .greatestFiniteMagnitude])
    func beyondAnyInt(active: Double) throws {
        let port = try #require(try watch([100, 100, 100, 100]) { _ in active }.last)
        #expect(
            port.findings.map(\.sentence) == ["The server says that it has \(active) connections; the kernel has 100."]
        )
    }

    @Test("one that lags while connections come and go is no drift", arguments: [30, -30])
    func lag(perSecond: Int) throws {
        let counts = (0..<6).map { (perSecond > 0 ? 100 : 1000) + $0 * 5 * perSecond }
        // What the server says is a second old.
        let ports = try watch(counts) { Double(counts[$0] - perSecond) }
        #expect(ports.last?.evidence.drift?.value == Double(perSecond))
        #expect(ports.allSatisfy { !$0.holds(.drifting) })
        // Up and down.
        let waves = (0..<30).map { 1000 + ($0 % 2) * 400 }
        #expect(try watch(waves) { Double(waves[max(0, $0 - 1)]) }.allSatisfy { !$0.holds(.drifting) })
    }

    @Test("one that lags by a second is none when the kernel is sampled ten times a second, and a wrong one still is")
    func lagOfManySamples() throws {
        func holds(_ active: (Int) -> Double) -> [Int] {
            var engine = Engine.watching()
            return (0..<200).filter { number in
                let snapshot = engine.sample(records(Self.wave(number)), at: Double(number) / 10)
                engine.note(active: active(number), ports: PortSet([8080]))
                return snapshot[8080]?.holds(.drifting) == true
            }
        }
        #expect(holds { Double(Self.wave($0 - 10)) }.isEmpty)
        // Not before it has been so for ten seconds.
        #expect(holds { Double(Self.wave($0)) - 300 }.first == 101)
    }

    /// 300 give or take 100, up and down in 5 seconds of ten samples each.
    private static func wave(_ number: Int) -> Int { 200 + abs((number + 50) % 50 - 25) * 8 }

    @Test("a server that no longer says it has no drift, and a sample on demand may be the one after")
    func silentServer() throws {
        let ports = try watch([100, 100, 100, 100, 100]) { $0 < 3 ? 50 : nil }
        #expect(ports.map { $0.evidence.drift?.value } == [nil, 50, 50, 50, nil])
        #expect(ports[3].holds(.drifting) && !ports[4].holds(.drifting))
        var engine = Engine.watching()
        engine.sample(records(100), at: 0)
        engine.note(active: 100, ports: PortSet([8080]))
        engine.note(active: 7, ports: PortSet([9999]))
        engine.note(active: 7, ports: PortSet([8080, 9999]))
        engine.sample(records(100), at: 1, .onDemand)
        let port = try #require(engine.sample(records(300), at: 5)[8080])
        #expect(port.evidence.drift == Drift(active: 100, counts: 100...100))
    }

    @Test("a sample that came while the server was asked does not count as the one before")
    func sampleWithinFetch() throws {
        var engine = Engine.watching()
        engine.sample(records(100), at: 0)
        engine.sample(records(300), at: 2, .onDemand)
        engine.note(active: 100, ports: PortSet([8080]), asked: .at(1))
        let port = try #require(engine.sample(records(300), at: 5)[8080])
        #expect(port.evidence.drift == Drift(active: 100, counts: 100...300))
        engine.note(active: 100, ports: PortSet([8080]), asked: .at(-1))
        let unknown = try #require(engine.sample(records(300), at: 10)[8080])
        #expect(unknown.evidence.drift == port.evidence.drift, "nothing was counted before it was asked")
    }
}

@Suite("A server that speaks for several ports")
struct DriftOfPortsTests {
    private static let ports: [UInt16] = [9000, 9001, 9002]
    private static let all = PortSet(ports)

    private static func engine(_ ports: [UInt16] = ports) -> Engine {
        Engine(plan: WatchPlan(ports: ports.map { WatchedPort(port: $0) }))
    }

    /// Connections of each port.
    private static func records(_ counts: [Int]) -> [SocketRecord] {
        zip(ports, counts).flatMap { port, count -> [SocketRecord] in
            let first = UInt64(port) << 20
            let cookies = first..<first + UInt64(count)
            return cookies.map { .connection(.established, cookie: $0, port: port) }
        }
    }

    @Test("is held against their sum, and found wrong once")
    func sum() throws {
        var engine = Self.engine()
        var last: Snapshot?
        for number in 0..<4 {
            last = engine.sample(Self.records([50, 70, 20 + number]), at: Double(number) * 5)
            engine.note(active: 100, ports: Self.all)
        }
        let snapshot = try #require(last)
        #expect(snapshot.drifts == [PortDrift(ports: Self.all, drift: Drift(active: 100, counts: 142...143))])
        #expect(snapshot.drifts.first?.drift.kernel == 142)
        #expect(snapshot.ports.map { $0.evidence.drift?.value } == [42, 42, 42])
        #expect(snapshot.ports.map { $0.holds(.drifting) } == [true, false, false])
        #expect(
            snapshot.ports[0].findings.first { $0.condition == .drifting }?.sentence
                == "The server says that it has 100 connections on its ports 9000-9002; the kernel has 142 to 143."
        )
    }

    @Test("connections that move from one port to another are no drift")
    func moving() throws {
        var engine = Self.engine()
        for number in 0..<6 {
            let snapshot = engine.sample(Self.records([number % 2 * 100, 100 - number % 2 * 100]), at: Double(number))
            #expect(snapshot.drifts.allSatisfy { $0.drift.value == 0 })
            engine.note(active: 100, ports: Self.all)
        }
    }

    @Test("is forgotten with one of its ports, or when it is asked no more")
    func forgotten() throws {
        var engine = Self.engine()
        func drifts(at second: Double) -> [PortDrift] {
            engine.sample(Self.records([5, 5, 5]), at: second).drifts
        }
        for second in [0.0, 1] {
            _ = drifts(at: second)
            engine.note(active: 10, ports: Self.all)
        }
        #expect(drifts(at: 2).map(\.drift.value) == [5])
        engine.note(active: nil, ports: Self.all)
        #expect(drifts(at: 3).isEmpty)
        engine.note(active: 10, ports: Self.all)
        #expect(drifts(at: 4).count == 1)
        engine.adopt(WatchPlan(ports: [9000, 9001].map { WatchedPort(port: $0) }))
        #expect(drifts(at: 5).isEmpty)
        engine.note(active: 10, ports: Self.all)
        #expect(drifts(at: 6).isEmpty)
    }
}

@Suite("A storm of reconnections")
struct ReconnectStormTests {
    private static let settings = EvidenceSettings(hasEvents: true)

    private func records(_ cookies: Range<Int>) -> [SocketRecord] {
        [.listener()]
            + cookies.map {
                .connection(.established, cookie: UInt64($0) + 1, silentForMilliseconds: 0)
            }
    }

    /// Which samples, 5 s apart, hold a storm. Cookies that leave the range have ended.
    private func storms(_ live: [Range<Int>]) throws -> [(holds: Bool, sentence: String?)] {
        var engine = Engine.watching(trackedSocketsLimit: 100_000, evidence: Self.settings)
        var last = 0..<0
        return try live.enumerated().map { number, range in
            for cookie in last where !range.contains(cookie) {
                engine.add(.of(UInt64(cookie) + 1, at: Double(number) * 5 - 1))
            }
            last = range
            let port = try #require(engine.sample(records(range), at: Double(number) * 5)[8080])
            return (port.holds(.reconnectStorm), port.findings.first { $0.condition == .reconnectStorm }?.sentence)
        }
    }

    @Test("150 clients and a restart are one, and it passes")
    func restart() throws {
        let found = try storms(
            Array(repeating: 0..<150, count: 8) + [150..<150] + Array(repeating: 150..<300, count: 12)
        )
        #expect(found.prefix(9).allSatisfy { !$0.holds })
        #expect(found[9].holds && found[12].holds)
        #expect(found.suffix(5).allSatisfy { !$0.holds })
        #expect(
            found[9].sentence
                == "150 connections came back within 30 s, 5 per second, beside at most 150 ESTABLISHED."
        )
    }

    @Test("clients that come back after an outage of minutes are one, too")
    func afterOutage() throws {
        let found = try storms(
            Array(repeating: 0..<150, count: 8) + Array(repeating: 150..<150, count: 40) + [150..<300]
        )
        #expect(found.last?.holds == true)
        #expect(found.dropLast().allSatisfy { !$0.holds })
    }

    @Test("a server's first clients are none, nor is the usual coming and going, nor a few on a small port")
    func none() throws {
        for live in [
            [0..<0, 0..<0] + (1...20).map { 0..<$0 * 100 },
            (0..<60).map { $0 * 50..<1000 + $0 * 50 },
            (0..<30).map { $0 * 3..<10 + $0 * 3 },
        ] {
            #expect(try storms(live).allSatisfy { !$0.holds })
        }
    }

    @Test("20 clients that come back once are none, and are one when they are cut off every five seconds")
    func smallPort() throws {
        let once = try storms(Array(repeating: 0..<20, count: 8) + [20..<20] + Array(repeating: 20..<40, count: 8))
        #expect(once.allSatisfy { !$0.holds })
        #expect(try storms((0..<12).map { $0 * 20..<20 + $0 * 20 }).last?.holds == true)
    }

    @Test("clients that were new before others came back are not among them")
    func newBefore() throws {
        let found = try storms([0..<0, 0..<150, 0..<150, 150..<150, 150..<300])
        #expect(found.last?.sentence?.hasPrefix("150 connections came back") == true)
    }

    @Test("steady churn above 2 % per second is one")
    func steady() throws {
        #expect(try storms((0..<30).map { $0 * 150..<1000 + $0 * 150 }).last?.holds == true)
    }
}
