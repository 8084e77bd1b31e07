import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

/// A machine with connections, an agent that sees it badly, and what must be true of all that the agent's engine says.
struct EngineHistory {
    private struct Socket {
        let cookie: UInt64
        let port: UInt16
        var state = TCPState.established
        var written: UInt64 = 0
        var retransmits: UInt32 = 0

        /// Whether an event tells of its end: the kernel keeps others in a smaller form.
        var isFull: Bool { state != .timeWait && state != .synReceived }
    }

    private struct PendingEnd {
        let cookie: UInt64
        let port: UInt16
        let end: ConnectionEnd
        var stepsLeft: Int
    }

    private static let ports: [UInt16] = [80, 81, 82]
    private static let states: [TCPState] = [.established, .closeWait, .finWait1, .lastAck, .closing]

    private let hasEvents: Bool
    private var generator: SeededGenerator
    private var engine: Engine
    private var watched = EngineHistory.ports
    private var nanoseconds: Int64 = 1_000_000_000_000
    private var alive: [Socket] = []
    private var nextCookie: UInt64 = 1
    private var pending: [PendingEnd] = []
    private var last: Snapshot?
    /// By port, since it is watched: what opened, less what closed, was when so many were there.
    private var start: [UInt16: (balance: Int64, live: Int)] = [:]
    /// By port: connections that have ended, and those that dumps missed so often that they may be taken for ended.
    private var ended: [UInt16: Int] = [:]
    private var givenUp: [UInt16: Int] = [:]
    /// The sum of both that no longer counts, since the port is watched.
    private var mostBefore: [UInt16: Int] = [:]
    /// How many scheduled dumps in a row have missed a socket that is alive, by cookie.
    private var missed: [UInt64: Int] = [:]
    /// Looks at which nothing was missing, so that what is told must be exact.
    private(set) var exactLooks = 0

    init(seed: UInt64, hasEvents: Bool) {
        generator = SeededGenerator(seed: seed)
        self.hasEvents = hasEvents
        engine = Engine(plan: Self.plan(Self.ports, hasEvents: hasEvents, variant: 0))
    }

    private static func plan(_ ports: [UInt16], hasEvents: Bool, variant: Int) -> WatchPlan {
        WatchPlan(
            ports: ports.map {
                WatchedPort(
                    port: $0,
                    name: "plan \(variant)",
                    thresholds: ConditionThresholds(closeWaitStuckAfter: 10 + Double(variant)),
                    heartbeatInterval: variant % 2 == 0 ? 15 : nil
                )
            },
            evidence: EvidenceSettings(hasEvents: hasEvents)
        )
    }

    private var now: MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// Time passes, and the agent looks once.
    mutating func step() {
        nanoseconds += Int64(random(0...8000)) * 1_000_000
        moveConnections()
        deliver()
        if chance(4) { changePlan() }
        switch random(0...11) {
        case 0: onDemand()
        case 1: broken(isAbandoned: true)
        case 2:
            broken(isAbandoned: false)
            scheduled(dump())
        case 3, 4, 5: lookExactly()
        default: scheduled(dump())
        }
    }

    // MARK: The machine

    private mutating func moveConnections() {
        for _ in 0..<random(0...8) {
            let port = Self.ports[random(0...2)]
            let state = chance(10) ? TCPState.synReceived : .established
            alive.append(Socket(cookie: nextCookie, port: port, state: state))
            nextCookie += 1
        }
        var stayed: [Socket] = []
        for var socket in alive {
            socket.written += UInt64(random(0...500))
            if chance(5) { socket.retransmits += 1 }
            if socket.state == .synReceived {
                // It becomes a connection, or is forgotten without an event.
                if chance(20) { continue }
                socket.state = .established
            } else if chance(15), socket.isFull {
                socket.state = Self.states[random(0...Self.states.count - 1)]
            }
            guard chance(12) else {
                stayed.append(socket)
                continue
            }
            guard socket.isFull else { continue }
            end(socket)
            if chance(30) {
                socket.state = .timeWait
                stayed.append(socket)
            }
        }
        alive = stayed
    }

    /// Its event comes at once, or late, or never; or twice.
    private mutating func end(_ socket: Socket) {
        ended[socket.port, default: 0] += 1
        missed[socket.cookie] = nil
        guard hasEvents, !chance(8) else { return }
        var record = record(socket)
        record.state = .close
        if chance(10) { record.remote = SocketEndpoint(address: IPAddress(ipv4: 0), port: 0) }
        let delay = [0, 0, 0, 0, 1, 3][random(0...5)]
        let end = ConnectionEnd(record, at: now)
        pending.append(PendingEnd(cookie: socket.cookie, port: socket.port, end: end, stepsLeft: delay))
        guard chance(20) else { return }
        let later = delay + random(0...2)
        pending.append(PendingEnd(cookie: socket.cookie, port: socket.port, end: end, stepsLeft: later))
    }

    private mutating func deliver(all: Bool = false) {
        for item in pending where all || item.stepsLeft == 0 { engine.add(item.end) }
        pending = pending.filter { !all && $0.stepsLeft > 0 }
        for index in pending.indices { pending[index].stepsLeft -= 1 }
    }

    private func record(_ socket: Socket) -> SocketRecord {
        var record = SocketRecord.connection(socket.state, cookie: socket.cookie, port: socket.port)
        guard socket.isFull else { return record }
        var fields = InfoFields()
        // The end of a stream counts as a byte of it.
        let hasFIN = socket.state != .established && socket.state != .closeWait
        fields.bytesAcked = socket.written + (hasFIN ? 1 : 0)
        fields.bytesSent = socket.written
        fields.totalRetransmits = socket.retransmits
        fields.dataSegmentsOut = UInt32(socket.written / 100)
        fields.lastAckReceived = 40
        record.tcpInfo = fields.info
        return record
    }

    /// The records of a dump in any order: some missing, some twice, and of those some in another state.
    private mutating func dump(isWhole: Bool = false) -> [SocketRecord] {
        var records: [SocketRecord] = Self.ports.map { .listener(port: $0, cookie: 1 << 40 | UInt64($0)) }
        for socket in alive.shuffled(using: &generator) where isWhole || !chance(5) {
            records.append(record(socket))
            // Small forms are not remembered, so they are counted as often as they are told.
            guard socket.isFull, chance(8) else { continue }
            var again = socket
            if chance(50) { again.state = Self.states[random(0...Self.states.count - 1)] }
            records.insert(record(again), at: chance(50) ? records.count : random(0...records.count - 1))
        }
        return records
    }

    // MARK: The agent

    private mutating func feed(_ records: some Sequence<SocketRecord>, _ kind: Engine.SampleKind) {
        engine.beginSample(kind, at: now)
        for record in records { engine.add(record) }
    }

    private mutating func scheduled(_ records: [SocketRecord]) {
        feed(records, .scheduled)
        accept(engine.finishSample())
        var first: [UInt64: SocketRecord] = [:]
        for record in records where record.isFullSocket && record.state != .listen && first[record.cookie] == nil {
            first[record.cookie] = record
        }
        noteMissed { first[$0] == nil }
        for port in last?.ports ?? [] {
            let seen = first.values.filter { $0.local.port == port.watched.port }
            for state in Self.states {
                #expect(port.tally[state] == seen.count { $0.state == state }, "\(port.watched.port) \(state)")
            }
            #expect(port.tally.liveSockets == seen.count)
            // Each connection ends once.
            let most = most(port.watched.port) - mostBefore[port.watched.port, default: 0]
            #expect(port.evidence.churn.closed <= most && port.evidence.churn.idleTimes.count <= most)
            // Entered - left = present.
            #expect(port.closeWait.entered - port.closeWait.left == UInt64(port.tally[.closeWait]))
            let churn = port.evidence.churn
            let balance = Int64(churn.opened) - Int64(churn.closed)
            guard let start = start[port.watched.port] else {
                start[port.watched.port] = (balance, port.tally.liveSockets)
                continue
            }
            // Opened - closed = present, and more only while it is not told yet that what is missing has ended.
            #expect(balance - start.balance >= Int64(port.tally.liveSockets - start.live))
            if !hasEvents { #expect(balance - start.balance == Int64(port.tally.liveSockets - start.live)) }
        }
    }

    private func most(_ port: UInt16) -> Int { ended[port, default: 0] + givenUp[port, default: 0] }

    /// With events a socket is given up at the second look that does not see it, else at the first.
    private mutating func noteMissed(_ isMissing: (UInt64) -> Bool) {
        for socket in alive where socket.isFull {
            guard isMissing(socket.cookie) else {
                missed[socket.cookie] = nil
                continue
            }
            missed[socket.cookie, default: 0] += 1
            if missed[socket.cookie] == (hasEvents ? 2 : 1) { givenUp[socket.port, default: 0] += 1 }
        }
    }

    /// Lets all that is late come, and looks until nothing is waited for.
    private mutating func lookExactly() {
        deliver(all: true)
        // What an event did not tell of is given up at the second look that does not see it.
        for _ in 0..<2 {
            nanoseconds += 1_000_000_000
            scheduled(dump(isWhole: true))
        }
        exactLooks += 1
        for port in last?.ports ?? [] {
            guard let start = start[port.watched.port] else { continue }
            let live = alive.count { $0.port == port.watched.port && $0.isFull }
            let churn = port.evidence.churn
            #expect(Int64(churn.opened) - Int64(churn.closed) - start.balance == Int64(live - start.live))
        }
    }

    private mutating func onDemand() {
        feed(dump(), .onDemand)
        let snapshot = engine.finishSample()
        for (before, after) in pairs(with: snapshot) where before.watched == after.watched {
            // Events that came since have ended what was in CLOSE_WAIT.
            #expect(after.closeWait.entered == before.closeWait.entered)
            #expect(after.evidence.churn.opened == before.evidence.churn.opened)
            #expect(after.evidence.sendIdle == before.evidence.sendIdle)
            #expect(after.evidence.heartbeats.observed == before.evidence.heartbeats.observed)
        }
        accept(snapshot)
    }

    private mutating func broken(isAbandoned: Bool) {
        let records = dump()
        feed(records.prefix(random(0...records.count)), .scheduled)
        if isAbandoned { accept(engine.abandonSample(at: now, last: last)) }
    }

    /// Other bounds for ports that stay; and now and then one is no longer watched, or is again.
    private mutating func changePlan() {
        if watched.count < Self.ports.count {
            for port in Set(Self.ports).subtracting(watched) {
                // What is still to be told ended before, and counts now.
                let untold = Set(pending.filter { $0.port == port }.map(\.cookie))
                mostBefore[port] = most(port) - untold.count
            }
            watched = Self.ports
        } else if chance(50) {
            start[watched.remove(at: random(0...watched.count - 1))] = nil
        }
        engine.adopt(Self.plan(watched, hasEvents: hasEvents, variant: random(0...5)))
    }

    private func pairs(with snapshot: Snapshot) -> [(PortSnapshot, PortSnapshot)] {
        snapshot.ports.compactMap { after in last?[after.watched.port].map { ($0, after) } }
    }

    /// What is true of every snapshot.
    private mutating func accept(_ snapshot: Snapshot) {
        for port in snapshot.ports {
            let closeWait = port.closeWait
            #expect(closeWait.entered >= closeWait.left && closeWait.durations.count == closeWait.left)
            #expect(closeWait.oldestAge >= 0 && closeWait.durations.sum >= 0)
            #expect(closeWait.stuck <= port.tally[.closeWait])
            let churn = port.evidence.churn
            #expect(churn.lifetimes.count == churn.closed, "one end, one lifetime")
            #expect(churn.lifetimes.sum >= 0 && churn.idleTimes.sum >= 0)
        }
        for (before, after) in pairs(with: snapshot) {
            #expect(after.closeWait.entered >= before.closeWait.entered)
            #expect(after.closeWait.left >= before.closeWait.left)
            let (old, new) = (before.evidence, after.evidence)
            #expect(new.churn.opened >= old.churn.opened && new.churn.closed >= old.churn.closed)
            #expect(new.churn.idleTimes.count >= old.churn.idleTimes.count)
            #expect(new.traffic.writtenBytes >= old.traffic.writtenBytes)
            #expect(new.traffic.retransmittedSegments >= old.traffic.retransmittedSegments)
            #expect(new.heartbeats.observed >= old.heartbeats.observed)
            #expect(new.heartbeats.missed >= old.heartbeats.missed)
        }
        last = snapshot
    }
}
