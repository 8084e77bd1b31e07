import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

extension ConnectionEnd {
    /// What comes with the event of a connection that ended.
    static func of(
        _ cookie: UInt64,
        at seconds: Double,
        isAborted: Bool = false,
        idle: Double = 0,
        undelivered: UInt32 = 0
    ) -> ConnectionEnd {
        var record = SocketRecord.connection(.close, cookie: cookie, sendQueue: undelivered)
        if isAborted { record.remote = SocketEndpoint(address: IPAddress(ipv4: 0), port: 0) }
        var fields = InfoFields()
        fields.lastDataSent = UInt32(idle * 1000)
        fields.bytesSent = UInt64(undelivered)
        record.tcpInfo = fields.info
        return ConnectionEnd(record, at: .at(seconds))
    }
}

@Suite("Connections opened and closed")
struct ChurnTests {
    private static let withEvents = EvidenceSettings(hasEvents: true)

    private func established(_ cookies: some Sequence<UInt64>) -> [SocketRecord] {
        [.listener()] + cookies.map { .connection(.established, cookie: $0, silentForMilliseconds: 0) }
    }

    private func churn(_ snapshot: Snapshot) throws -> Churn { try #require(snapshot[8080]).evidence.churn }

    @Test("what was there at the start was not opened", arguments: [true, false])
    func atStart(hasEvents: Bool) throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: hasEvents))
        #expect(try churn(engine.sample(established(1...50), at: 0)).opened == 0)
        let churn = try churn(engine.sample(established(1...53), at: 1))
        #expect(churn.opened == 3 && churn.closed == 0)
    }

    @Test("10,000 that live between two samples are exact with events, aborted ones, too")
    func betweenSamples() throws {
        var engine = Engine.watching(evidence: Self.withEvents)
        engine.sample(established(1...5), at: 0)
        for cookie in 100..<10_100 as Range<UInt64> {
            engine.add(.of(cookie, at: 0.5, isAborted: cookie.isMultiple(of: 3), idle: 0.2))
        }
        let churn = try churn(engine.sample(established(1...7), at: 1))
        #expect(churn.opened == 10_002 && churn.closed == 10_000)
        #expect(churn.lifetimes.count == 10_000 && churn.idleTimes.count == 10_000)
        #expect(churn.pathIdleTimeout == nil)
    }

    @Test("a listener that closes is no connection, whether or not a sample has seen it")
    func listeners() throws {
        var engine = Engine.watching(evidence: Self.withEvents)
        engine.sample(established(1...5), at: 0)
        engine.add(.of(1 << 40, at: 0.5, isAborted: true))
        var bound = SocketRecord.connection(.close, cookie: 77)
        bound.remote = SocketEndpoint(address: IPAddress(ipv4: 0), port: 0)
        var fields = InfoFields()
        fields.segmentsIn = 0
        bound.tcpInfo = fields.info
        engine.add(ConnectionEnd(bound, at: .at(0.6)))
        let churn = try churn(engine.sample(established(1...5), at: 1))
        #expect(churn.opened == 0 && churn.closed == 0 && churn.idleTimes.count == 0)
    }

    @Test("an event that comes late counts once", arguments: [1, 2, 5])
    func late(samples: Int) throws {
        var engine = Engine.watching(evidence: Self.withEvents)
        engine.sample(established(1...5), at: 0)
        engine.sample(established(1...6), at: 1)
        for number in 0..<samples { engine.sample(established(2...6), at: Double(2 + number)) }
        engine.add(.of(1, at: 10, idle: 8, undelivered: 9))
        let churn = try churn(engine.sample(established(2...7), at: 11))
        #expect(churn.opened == 2 && churn.closed == 1)
        #expect(churn.lifetimes.count == 1 && churn.idleTimes.count == 1 && churn.undeliveredBytes == 9)
    }

    @Test("an end whose event is lost counts after one more sample")
    func lost() throws {
        var engine = Engine.watching(evidence: Self.withEvents)
        engine.sample(established(1...5), at: 0)
        #expect(try churn(engine.sample(established(2...5), at: 1)).closed == 0)
        let churn = try churn(engine.sample(established(2...5), at: 2))
        #expect(churn.closed == 1 && churn.opened == 0 && churn.lifetimes.count == 1 && churn.idleTimes.count == 0)
    }

    @Test("a dump that misses a connection for once opens and closes nothing")
    func missedOnce() throws {
        var engine = Engine.watching(evidence: Self.withEvents)
        for second in 0..<10 {
            let snapshot = engine.sample(established(second == 4 ? 3...5 : 1...5), at: Double(second))
            #expect(try churn(snapshot).opened == 0)
            #expect(try churn(snapshot).closed == 0)
        }
    }

    @Test("an aborted connection to a watched remote port is found by its cookie")
    func clientSide() throws {
        var engine = Engine.watching(WatchedPort(port: 8080, side: .client), evidence: Self.withEvents)
        let record = SocketRecord.connection(.established, cookie: 9, side: .client, silentForMilliseconds: 0)
        engine.sample([record], at: 0)
        var end = SocketRecord.connection(.close, cookie: 9, side: .client, silentForMilliseconds: 0)
        end.remote = SocketEndpoint(address: IPAddress(ipv4: 0), port: 0)
        var fields = InfoFields()
        fields.segmentsIn = 2
        end.tcpInfo = fields.info
        engine.add(ConnectionEnd(end, at: .at(0.5)))
        #expect(try churn(engine.sample([], at: 1)).closed == 1)
    }

    @Test("without events what appeared and vanished is counted, and one that blinked stays balanced")
    func withoutEvents() throws {
        var engine = Engine.watching(evidence: EvidenceSettings())
        engine.sample(established(1...5), at: 0)
        engine.sample(established(3...9), at: 1)
        let churn = try churn(engine.sample(established(3...9), at: 2))
        #expect(churn.opened == 4 && churn.closed == 2 && churn.lifetimes.count == 2 && churn.idleTimes.count == 0)
        engine.adopt(WatchPlan(ports: engine.plan.ports, evidence: Self.withEvents))
        engine.add(.of(3, at: 2.5))
        let later = try self.churn(engine.sample(established(4...10), at: 3))
        #expect(later.opened == 5 && later.closed == 3)
    }

    @Test("with events churn is exact in random histories, and counters never fall", arguments: 1...8)
    func random(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var engine = Engine.watching(evidence: Self.withEvents)
        var (live, next) = ([UInt64](), 1 as UInt64)
        var (opened, closed) = (0 as UInt64, 0 as UInt64)
        var pending: [(due: Int, end: ConnectionEnd)] = []
        var last = Churn()
        engine.sample(established([]), at: 0)
        for second in 1...120 {
            // The last seconds are quiet, so that all events come.
            for _ in 0..<(second > 110 ? 0 : Int.random(in: 0...30, using: &generator)) {
                if Bool.random(using: &generator) || live.isEmpty {
                    live.append(next)
                    next += 1
                    opened += 1
                } else {
                    let cookie = live.remove(at: Int.random(in: 0..<live.count, using: &generator))
                    closed += 1
                    // Most at once, some after the sample, some much too late.
                    let due = second + [0, 0, 0, 0, 1, 3][Int.random(in: 0..<6, using: &generator)]
                    pending.append((due, .of(cookie, at: Double(second))))
                }
            }
            for item in pending where item.due <= second { engine.add(item.end) }
            pending.removeAll { $0.due <= second }
            let churn = try churn(engine.sample(established(live), at: Double(second)))
            #expect(churn.opened >= last.opened && churn.closed >= last.closed)
            #expect(churn.opened <= opened && churn.closed <= closed)
            last = churn
        }
        #expect(last.opened == opened && last.closed == closed)
    }
}

@Suite("The idle time at which a path ends connections")
struct IdleSpikeTests {
    private func spike(_ times: [Double]) -> Double? {
        var spike = IdleSpike()
        for time in times { spike.add(time) }
        return spike.value
    }

    private let scattered = (0..<40).map { Double($0) * 7.3 + 2 }

    @Test("needs twenty closes, and 60 % of them within 5 % of one value")
    func bounds() {
        #expect(spike(Array(repeating: 60.1, count: 19)) == nil)
        #expect(spike(Array(repeating: 60.1, count: 20)) == 60)
        #expect(spike(Array(repeating: 350.4, count: 12) + scattered.prefix(8)) == 350)
        #expect(spike(Array(repeating: 350.4, count: 11) + scattered.prefix(9)) == nil)
        #expect(spike((0..<20).map { 57.5 + Double($0) * 0.25 }) != nil)
        #expect(spike(scattered) == nil)
    }

    @Test("is not what ends right after data")
    func nearZero() {
        #expect(spike(Array(repeating: 0, count: 50)) == nil)
        #expect(spike((0..<50).map { Double($0) / 40 }) == nil)
    }

    @Test("is the greater of two")
    func two() {
        let small = Array(repeating: 30.0, count: 8)
        #expect(spike(small + Array(repeating: 120.2, count: 14)) == 120)
        #expect(spike(small + small + Array(repeating: 120.2, count: 16)) == nil)
    }

    @Test("is forgotten when connections end otherwise")
    func forgotten() {
        #expect(spike(Array(repeating: 60, count: 200) + (0..<150).map { Double($0) + 2 }) == nil)
    }
}
