import SockDiag
import SockDiagTestKit
import Testing

@testable import SockWatch

@Suite("Accumulation in CLOSE_WAIT")
struct AccumulationTests {
    /// For each sample, whether the port was found to accumulate. The youngest sockets leave first.
    private func accumulating(
        _ counts: some Sequence<Int>,
        every interval: Double = 5,
        window: Double = 120,
        staleAfter: Double = 30
    ) -> [Bool] {
        var engine = Engine.watching(
            WatchedPort(port: 8080, thresholds: ConditionThresholds(closeWaitWindow: window)),
            trackedSocketsLimit: 100_000
        )
        engine.staleAfter = staleAfter
        return counts.enumerated().map { number, count in
            let records = SocketRecord.closeWait((0..<count).map { UInt64($0 + 1) })
            return engine.sample(records, at: Double(number) * interval)[8080]?.holds(.closeWaitAccumulating) ?? false
        }
    }

    @Test(
        "a leak of one socket per sample is accumulation after one window and not before",
        arguments: [(5.0, 120.0), (1, 120), (4, 120), (15, 120), (1, 10), (5, 100), (20, 120), (0.5, 7)]
    )
    func leak(interval: Double, window: Double) {
        let found = accumulating(0..<200, every: interval, window: window)
        let first = Int((window / interval).rounded(.up))
        #expect(found.firstIndex(of: true) == first)
        #expect(found[first...].allSatisfy { $0 })
    }

    @Test("the finding tells from where to where the floor rose")
    func sentence() throws {
        var engine = Engine.watching()
        var last: PortSnapshot?
        for number in 0...24 {
            let records: [SocketRecord] =
                [.listener(), .connection(.established, cookie: 1000)] + SocketRecord.closeWait(0..<UInt64(number) + 1)
            last = engine.sample(records, at: Double(number) * 5)[8080]
        }
        let finding = try #require(last?.findings.first { $0.condition == .closeWaitAccumulating })
        #expect(
            finding.sentence
                == "The floor of the CLOSE_WAIT count rose from 1 to 17 within 120 s, beside 1 ESTABLISHED."
        )
        #expect(finding.facts.map(\.value) == [1, 17, 120, 25, 1, 24, 0])
    }

    @Test(
        "a sawtooth is none, whatever its period up to a third of the window and wherever it begins",
        arguments: [10.0, 15, 20, 25, 30, 35],
        [0, 1, 3]
    )
    func sawtooth(period: Double, phase: Int) {
        let counts = (0..<400).map { number in
            (Double(number + phase) * 5).truncatingRemainder(dividingBy: period) < period / 2 ? 0 : 40
        }
        #expect(counts.contains(40))
        #expect(!accumulating(counts).contains(true))
    }

    @Test("a sawtooth with teeth like a saw is none", arguments: [3, 4, 5, 6, 7])
    func slantedSawtooth(samples: Int) {
        #expect(!accumulating((0..<400).map { $0 % samples * 10 }).contains(true))
    }

    @Test("a leak below a sawtooth is accumulation")
    func leakBelowSawtooth() {
        let found = accumulating((0..<100).map { $0 + ($0 % 4 < 2 ? 0 : 40) })
        #expect(found[30...].allSatisfy { $0 })
    }

    @Test("a falling count is none")
    func drain() {
        #expect(!accumulating((0..<100).map { max(0, 300 - 5 * $0) }).contains(true))
    }

    @Test("a leak that is drained is none from the first fall on")
    func drainedLeak() {
        let found = accumulating(Array(0..<60) + [20] + Array(repeating: 20, count: 60))
        #expect(found[59])
        #expect(!found[60...].contains(true))
    }

    @Test("a leak that stops is none after a window")
    func stoppedLeak() {
        let found = accumulating(Array(0..<60) + Array(repeating: 59, count: 60))
        #expect(found[59])
        #expect(!found[(60 + 24)...].contains(true))
    }

    @Test("a steady count is none, and becomes stuck")
    func steady() throws {
        var engine = Engine.watching()
        engine.sample([.listener()], at: 0)
        let records = [.listener()] + SocketRecord.closeWait(1...20)
        for seconds in stride(from: 5.0, through: 600, by: 5) {
            let port = try #require(engine.sample(records, at: seconds)[8080])
            #expect(!port.holds(.closeWaitAccumulating))
            #expect(port.holds(.closeWaitStuck) == (seconds > 65))
            #expect(port.closeWait.stuck == (seconds > 65 ? 20 : 0))
        }
    }

    @Test("a single jump, as a deploy makes it, is none, wherever in the window it falls", arguments: 0..<24)
    func jump(sample: Int) {
        #expect(!accumulating((0..<100).map { $0 < 24 + sample ? 2 : 42 }).contains(true))
    }

    @Test("a rise by fewer than three sockets is none")
    func smallRise() {
        #expect(!accumulating((0..<24).map { $0 / 8 } + Array(repeating: 2, count: 40)).contains(true))
    }

    @Test("noise around a level is hardly ever one", arguments: [5, 20, 100, 1000])
    func noise(level: Int) {
        var generator = SeededGenerator(seed: UInt64(level))
        // The sum of many coins: as wide as the counts of sockets that come and go by chance.
        let window = FloorWindowFeed()
        let found = (0..<20_000).map { _ in
            window.isRising(
                (0..<(level * 4 + 63) / 64).reduce(0) { sum, _ in sum + generator.next().nonzeroBitCount } / 2
            )
        }
        #expect(found.count { $0 } < 200)
    }

    /// Feeds a window without the engine, which would need a record for each socket.
    private final class FloorWindowFeed {
        private var window = FloorWindow(window: 120)
        private var seconds = 0.0

        func isRising(_ count: Int) -> Bool {
            seconds += 5
            window.add(count, at: .at(seconds), longestGap: 120)
            return window.rise(at: .at(seconds)).map { $0.to - $0.from >= Finding.smallestRise } ?? false
        }
    }

    @Test("when samples are rarer than a sixth of the window, seven of them tell", arguments: [21.0, 30, 60, 119])
    func rareSamples(interval: Double) {
        #expect(accumulating(0..<20, every: interval).firstIndex(of: true) == 6)
        #expect(!accumulating((0..<100).map { $0 % 2 * 40 }, every: interval).contains(true))
    }

    @Test("samples may be rarer than the window, when that is their pace")
    func veryRareSamples() {
        #expect(accumulating(0..<20, every: 300, staleAfter: 900).firstIndex(of: true) == 6)
        #expect(!accumulating(0..<20, every: 300, staleAfter: 30).contains(true))
    }

    @Test("after a long pause the window begins anew")
    func pause() {
        var engine = Engine.watching()
        // Two jumps with an hour between them are no pace.
        let samples =
            stride(from: 0.0, to: 80, by: 5).map { ($0, $0 < 40 ? 0 : 10) }
            + stride(from: 3680.0, to: 3900, by: 5).map { ($0, 20) }
        for (seconds, count) in samples {
            let records = SocketRecord.closeWait((0..<count).map { UInt64($0 + 1) })
            #expect(engine.sample(records, at: seconds)[8080]?.holds(.closeWaitAccumulating) == false)
        }
    }

    @Test("a leak is still seen across a few samples that failed")
    func shortPause() throws {
        var engine = Engine.watching()
        var snapshot: Snapshot?
        for number in 0..<60 {
            let seconds = Double(number) * 5
            if (40..<46).contains(number) {
                engine.beginSample(.scheduled, at: .at(seconds))
                snapshot = engine.abandonSample(at: .at(seconds), last: snapshot)
            } else {
                snapshot = engine.sample(SocketRecord.closeWait(1...UInt64(number + 1)), at: seconds)
            }
            #expect(try #require(snapshot?[8080]).holds(.closeWaitAccumulating) == (number >= 24))
        }
    }
}
