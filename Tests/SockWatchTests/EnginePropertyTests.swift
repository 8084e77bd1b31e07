import SockDiag
import SockDiagTestKit
import Testing

@testable import SockWatch

/// Whatever comes in whatever order, the books balance.
@Suite("The engine under random samples")
struct EnginePropertyTests {
    /// What is in CLOSE_WAIT, and what the engine can know of it.
    private struct World {
        private static let ports: [UInt16] = [80, 81, 82]
        var generator: SeededGenerator
        var engine = Engine(
            plan: WatchPlan(
                ports: World.ports.map { WatchedPort(port: $0) },
                evidence: EvidenceSettings(trackedSocketsLimit: 10_000)
            )
        )
        var nanoseconds: Int64 = 1_000_000_000_000
        private var alive: [(cookie: UInt64, port: UInt16)] = []
        private var nextCookie: UInt64 = 1
        /// Since when, by cookie, of those that the engine has heard of.
        private var since: [UInt64: (port: UInt16, instant: MonotonicInstant)] = [:]
        private var lastGood: MonotonicInstant?
        private var last: Snapshot?

        init(seed: UInt64) {
            generator = SeededGenerator(seed: seed)
        }

        private var now: MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

        mutating func step() {
            nanoseconds += Int64.random(in: 0...20_000_000_000, using: &generator)
            let staying = Int.random(in: 50...100, using: &generator)
            alive = alive.filter { _ in chance(staying) }
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                alive.append((nextCookie, Self.ports[Int.random(in: 0..<3, using: &generator)]))
                nextCookie += 1
            }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: onDemand()
            case 1: broken(isAbandoned: true)
            case 2:
                broken(isAbandoned: false)
                scheduled()
            default: scheduled()
            }
        }

        /// The records of a dump, some missing, some twice.
        private mutating func dump() -> [SocketRecord] {
            var records: [SocketRecord] = []
            for socket in alive.shuffled(using: &generator) where !chance(3) {
                let silence = chance(30) ? UInt32.random(in: 0...200_000, using: &generator) : nil
                for _ in 0...(chance(5) ? 1 : 0) {
                    records.append(
                        .connection(
                            .closeWait,
                            cookie: socket.cookie,
                            port: socket.port,
                            silentForMilliseconds: silence
                        )
                    )
                }
            }
            return records
        }

        private func claimed(_ record: SocketRecord) -> MonotonicInstant {
            guard let silence = record.tcpInfo?.lastAckReceived else { return now }
            let fin = now.advanced(by: -Double(silence) / 1000)
            return lastGood.map { max($0, fin) } ?? fin
        }

        private mutating func feed(_ records: some Sequence<SocketRecord>, _ kind: Engine.SampleKind) {
            engine.beginSample(kind, at: now)
            for record in records {
                engine.add(record)
                if kind == .scheduled, since[record.cookie] == nil {
                    since[record.cookie] = (record.local.port, claimed(record))
                }
            }
        }

        private mutating func scheduled() {
            let records = dump()
            feed(records, .scheduled)
            let snapshot = engine.finishSample()
            let seen = Set(records.map(\.cookie))
            since = since.filter { seen.contains($0.key) }
            lastGood = now
            #expect(snapshot.trackedSockets == seen.count)
            for port in snapshot.ports {
                let known = since.values.filter { $0.port == port.watched.port }
                #expect(port.closeWait.entered - port.closeWait.left == UInt64(known.count))
                #expect(port.closeWait.oldestAge == known.map { now.seconds(since: $0.instant) }.max() ?? 0)
                #expect(port.tally[.closeWait] >= known.count)
            }
            accept(snapshot)
        }

        private mutating func onDemand() {
            feed(dump(), .onDemand)
            let snapshot = engine.finishSample()
            for (before, after) in zip(last?.ports ?? [], snapshot.ports) {
                #expect(after.closeWait.entered == before.closeWait.entered)
                #expect(after.closeWait.left == before.closeWait.left)
                #expect(after.closeWait.durations == before.closeWait.durations)
            }
            accept(snapshot)
        }

        private mutating func broken(isAbandoned: Bool) {
            let records = dump()
            feed(records.prefix(Int.random(in: 0...records.count, using: &generator)), .scheduled)
            if isAbandoned { accept(engine.abandonSample(at: now, last: last)) }
        }

        /// What is true of every snapshot.
        private mutating func accept(_ snapshot: Snapshot) {
            for port in snapshot.ports {
                #expect(port.closeWait.oldestAge >= 0)
                #expect(port.closeWait.entered >= port.closeWait.left)
                #expect(port.closeWait.durations.count == port.closeWait.left)
                #expect(port.closeWait.durations.sum >= 0)
                #expect(port.closeWait.stuck <= port.tally[.closeWait])
            }
            for (before, after) in zip(last?.ports ?? [], snapshot.ports) {
                #expect(after.closeWait.entered >= before.closeWait.entered)
                #expect(after.closeWait.left >= before.closeWait.left)
                #expect(after.closeWait.durations.sum >= before.closeWait.durations.sum)
            }
            last = snapshot
        }
    }

    @Test("entered less left is what is there, counters never fall, and no age is negative", arguments: 1...12)
    func books(seed: Int) {
        var world = World(seed: UInt64(seed))
        for _ in 0..<300 { world.step() }
    }
}
