import Glibc
import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("Connections by cgroup")
struct CgroupTallyTests {
    private static let settings = EvidenceSettings(isOn: false, countsCgroups: true)

    private static func record(_ state: TCPState, cookie: UInt64, cgroup: UInt64?, port: UInt16 = 8080) -> SocketRecord
    {
        var record = SocketRecord.connection(state, cookie: cookie, port: port)
        record.cgroupID = cgroup
        return record
    }

    private static func counts(_ snapshot: Snapshot) throws -> [UInt64: ConnectionCounts] {
        let cgroups = try #require(snapshot[8080]).cgroups.cgroups
        return Dictionary(uniqueKeysWithValues: cgroups.map { ($0.id, $0.counts) })
    }

    @Test("are those in ESTABLISHED and CLOSE_WAIT; a listener makes its cgroup known")
    func states() throws {
        var engine = Engine.watching(evidence: Self.settings)
        let others = TCPState.allKnown.filter { ![.established, .closeWait, .listen].contains($0) }
        var records = others.enumerated().map { Self.record($1, cookie: 100 + UInt64($0), cgroup: 9) }
        records += (1...3).map { Self.record(.established, cookie: $0, cgroup: 5) }
        records += (4...5).map { Self.record(.closeWait, cookie: $0, cgroup: 5) }
        records += [Self.record(.closeWait, cookie: 6, cgroup: 1), Self.record(.listen, cookie: 7, cgroup: .max)]
        let counts = try Self.counts(engine.sample(records, at: 0))
        #expect(counts == [5: .init(established: 3, closeWait: 2), 1: .init(closeWait: 1), .max: .init()])
        #expect(try Self.counts(engine.sample([], at: 5)).isEmpty)
        #expect(try Self.counts(engine.sample(records, at: 6, .onDemand)) == counts)
    }

    @Test("are each port's own")
    func ports() throws {
        let ports = [WatchedPort(port: 8080), WatchedPort(port: 8081)]
        var engine = Engine(plan: WatchPlan(ports: ports, evidence: Self.settings))
        let snapshot = engine.sample(
            [
                Self.record(.established, cookie: 1, cgroup: 5),
                Self.record(.established, cookie: 2, cgroup: 5, port: 8081),
                Self.record(.closeWait, cookie: 3, cgroup: 6, port: 8081),
            ],
            at: 0
        )
        #expect(snapshot[8080]?.cgroups.cgroups.map(\.id) == [5])
        #expect(snapshot[8081]?.cgroups.cgroups.map(\.id) == [5, 6])
    }

    @Test(
        "are unidentified without an id, and nothing at all when no socket has one",
        arguments: [nil, 0] as [UInt64?]
    )
    func unidentified(cgroup: UInt64?) throws {
        var engine = Engine.watching(evidence: Self.settings)
        let nameless = [Self.record(.closeWait, cookie: 1, cgroup: cgroup)]
        #expect(engine.sample(nameless, at: 0)[8080]?.cgroups == CgroupCounts.none)
        let mixed = engine.sample(nameless + [Self.record(.established, cookie: 2, cgroup: 5)], at: 5)
        #expect(mixed[8080]?.cgroups.cgroups.map(\.id) == [5])
        #expect(mixed[8080]?.cgroups.unidentified == .init(closeWait: 1))
    }

    @Test("are told apart up to a limit, and those beyond it are counted")
    func limit() throws {
        var engine = Engine.watching(evidence: Self.settings)
        for _ in 0..<2 {
            let records = (1...1000).map { Self.record(.closeWait, cookie: $0, cgroup: $0) }
            let cgroups = try #require(engine.sample(records, at: 0)[8080]).cgroups
            #expect(cgroups.cgroups.count == CgroupCounts.limit)
            #expect(cgroups.beyondLimit == .init(closeWait: 1000 - CgroupCounts.limit))
            // Room is there again as soon as they have gone.
            let later = (2000..<2256).map { Self.record(.closeWait, cookie: $0, cgroup: $0) }
            let next = try #require(engine.sample(later, at: 5)[8080]).cgroups
            #expect(next.cgroups.map(\.id) == Array(2000..<2256) && next.beyondLimit == .init())
        }
    }

    @Test("of a dump that breaks do not count, and the last good ones stand when it has failed")
    func broken() throws {
        var engine = Engine.watching(evidence: Self.settings)
        let records = [Self.record(.established, cookie: 1, cgroup: 5)]
        engine.addPart(of: records + records, at: 0)
        let good = engine.sample(records, at: 0)
        #expect(try Self.counts(good) == [5: .init(established: 1)])
        engine.addPart(of: [], at: 5)
        #expect(try Self.counts(engine.abandonSample(at: .at(5), last: good)) == [5: .init(established: 1)])
        #expect(try Self.counts(engine.abandonSample(at: .at(500), last: good)) == [5: .init(established: 1)])
    }

    @Test("are not counted when they are not wanted")
    func off() {
        var engine = Engine.watching(evidence: EvidenceSettings(isOn: false))
        #expect(
            engine.sample([Self.record(.established, cookie: 1, cgroup: 5)], at: 0)[8080]?.cgroups == CgroupCounts.none
        )
    }

    @Test("cost a little of what a record costs", arguments: [false, true], [1, 3, 200] as [UInt64])
    func cost(withEvidence: Bool, cgroups: UInt64) {
        let records = (1...20_000 as ClosedRange<UInt64>).map { cookie -> SocketRecord in
            var record = Self.record(cookie % 20 == 0 ? .closeWait : .established, cookie: cookie, cgroup: nil)
            record.cgroupID = cookie % cgroups + 1
            if withEvidence { record.tcpInfo = TCPInfo(lastAckReceived: 1000) }
            return record
        }
        var engines = [false, true].map { counts in
            Engine.watching(
                trackedSocketsLimit: 100_000,
                evidence: EvidenceSettings(isOn: withEvidence, countsCgroups: counts)
            )
        }
        var best = [Double.infinity, .infinity]
        // In turns, so that what else the machine does falls on both.
        for round in 0..<15 {
            for index in engines.indices {
                engines[index].beginSample(.scheduled, at: .at(Double(round)))
                let before = Self.processorNanoseconds
                for record in records { engines[index].add(record) }
                best[index] = min(best[index], Self.processorNanoseconds - before)
                _ = engines[index].finishSample()
            }
        }
        let each: [Double] = best.map { $0 / Double(records.count) }
        let figures: [Double] = [each[0], each[1], each[1] - each[0], each[1] / each[0]]
        let texts = figures.map { "\(($0 * 100).rounded() / 100)" }
        print(
            "\(cgroups) cgroups, evidence \(withEvidence): \(texts[0]) ns a record, \(texts[1]) ns counted: "
                + "\(texts[2]) ns more, \(texts[3]) times"
        )
        #expect(each[1] < each[0] * 3)
    }

    /// What this thread has used, so that a busy machine is not taken for a slow engine.
    private static var processorNanoseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
