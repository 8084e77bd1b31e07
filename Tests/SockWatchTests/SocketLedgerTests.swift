import SockDiag
import Testing

@testable import SockWatch

@Suite("The ledger")
struct SocketLedgerTests {
    @Test("beyond its limit sockets are counted as untracked, and still tallied")
    func overflow() throws {
        var engine = Engine.watching(trackedSocketsLimit: 10)
        let snapshot = engine.sample(SocketRecord.closeWait(1...15), at: 0)
        #expect(snapshot.trackedSockets == 10)
        #expect(snapshot.trackedSocketsLimit == 10)
        #expect(snapshot.untrackedSockets == 5)
        let port = try #require(snapshot[8080])
        #expect(port.tally[.closeWait] == 15)
        #expect(port.closeWait.entered == 10)
    }

    @Test("a sample on demand or a broken one leaves the untracked ones as they were told")
    func overflowOnDemand() {
        var engine = Engine.watching(trackedSocketsLimit: 10)
        let good = engine.sample(SocketRecord.closeWait(1...15), at: 0)
        #expect(engine.sample(SocketRecord.closeWait(1...15), at: 1, .onDemand).untrackedSockets == 5)
        engine.addPart(of: SocketRecord.closeWait(1...12), at: 5)
        #expect(engine.abandonSample(at: .at(5), last: good).untrackedSockets == 5)
        #expect(engine.sample([], at: 6, .onDemand).untrackedSockets == 5)
        #expect(engine.sample(SocketRecord.closeWait(1...12), at: 10).untrackedSockets == 2)
    }

    @Test("those that found no room enter when there is some")
    func roomLater() throws {
        var engine = Engine.watching(trackedSocketsLimit: 2)
        engine.sample(SocketRecord.closeWait(1...3), at: 0)
        engine.sample(SocketRecord.closeWait(2...3), at: 5)
        let snapshot = engine.sample(SocketRecord.closeWait(2...3), at: 10)
        #expect(snapshot.untrackedSockets == 0)
        let closeWait = try #require(snapshot[8080]).closeWait
        #expect(closeWait.entered == 3)
        #expect(closeWait.left == 1)
    }

    @Test("a socket without a cookie is tallied and not tracked")
    func noCookie() throws {
        var engine = Engine.watching()
        for seconds in [0.0, 5] {
            let snapshot = engine.sample(SocketRecord.closeWait([0, 0, 7]), at: seconds)
            #expect(snapshot.trackedSockets == 1)
            #expect(snapshot.untrackedSockets == 2)
            let port = try #require(snapshot[8080])
            #expect(port.tally[.closeWait] == 3)
            #expect(port.closeWait.entered == 1)
        }
    }

    @Test("a lower limit lets nothing new in and throws nothing out")
    func lowerLimit() {
        var engine = Engine.watching(trackedSocketsLimit: 10)
        engine.sample(SocketRecord.closeWait(1...8), at: 0)
        var evidence = engine.plan.evidence
        evidence.trackedSocketsLimit = 3
        engine.adopt(WatchPlan(ports: engine.plan.ports, evidence: evidence))
        let snapshot = engine.sample(SocketRecord.closeWait(1...9), at: 5)
        #expect(snapshot.trackedSockets == 8)
        #expect(snapshot.trackedSocketsLimit == 3)
        #expect(snapshot.untrackedSockets == 1)
    }

    @Test("each entry is moved to its port's new place once, wherever in the table it is")
    func relocation() {
        var ledger = SocketLedger(limit: 1000)
        let cookies = ClusteredCookies.atTheEnd(40)
        for (number, cookie) in cookies.enumerated() {
            ledger.insert(cookie, LedgerEntry(port: number % 4, firstSeen: .at(0), sample: 1))
        }
        // Port 0 goes; the others move up by ten.
        ledger.relocate([nil, 11, 12, 13])
        var appeared: [Int: Int] = [:]
        ledger.sweep(sample: 1, waitsForEvents: false) { _, entry, _ in appeared[entry.port, default: 0] += 1 }
        #expect(appeared == [11: 10, 12: 10, 13: 10])
    }

    @Test("an entry holds places beyond 65,535 beside its marks, in 40 bytes, 48 with the cookie")
    func entrySize() {
        var entry = LedgerEntry(port: 131_071, firstSeen: .at(0), sample: 1)
        #expect(entry.port == 131_071)
        #expect(!entry.isCounted && !entry.owesBeat && entry.chain == .none && entry.keepalive == .unknown)
        entry.isCounted = true
        entry.owesBeat = true
        entry.chain = .open
        entry.keepalive = .on
        entry.port = 70_000
        #expect(entry.port == 70_000)
        #expect(entry.isCounted && entry.owesBeat && entry.chain == .open && entry.keepalive == .on)
        #expect(!entry.isMissing && !entry.hasBeats && !entry.isDisturbed && !entry.hasTotals)
        #expect(MemoryLayout<LedgerEntry>.size == 40)
        #expect(MemoryLayout<LedgerEntry>.stride + MemoryLayout<UInt64>.size == 48)
    }
}
