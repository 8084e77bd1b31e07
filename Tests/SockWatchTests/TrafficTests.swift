import SockDiagTestKit
import Testing

@testable import SockDiag
@testable import SockWatch

@Suite("What was written and retransmitted")
struct TrafficTests {
    /// Connections that come, write, and go, while every second a sample is taken.
    private struct World {
        var generator: SeededGenerator
        var engine: Engine
        var sockets: [SimulatedSocket] = []
        var nextCookie: UInt64 = 1
        var written = 0
        var retransmits = 0
        var last: Snapshot?

        init(seed: UInt64, hasEvents: Bool) {
            generator = SeededGenerator(seed: seed)
            engine = Engine.watching(evidence: EvidenceSettings(hasEvents: hasEvents))
        }

        mutating func step(_ second: Int, ends: Bool) {
            let time = Double(second)
            for _ in 0..<3 {
                // Their first retransmission comes after the outage, if they are in it.
                let outage = time.truncatingRemainder(dividingBy: 7) == 3 ? time..<time + 0.1 : nil
                sockets.append(
                    SimulatedSocket(
                        cookie: nextCookie,
                        openedAt: time,
                        roundTrip: 0.01,
                        outage: outage,
                        coalesces: false
                    )
                )
                nextCookie += 1
            }
            for index in sockets.indices {
                sockets[index].write(Int.random(in: 1...5000, using: &generator), at: time)
                sockets[index].advance(to: time + 0.9)
            }
            if ends {
                // Some that samples have seen, some that none has.
                let gone = Set(sockets.shuffled(using: &generator).prefix(3).map(\.cookie))
                for socket in sockets where gone.contains(socket.cookie) {
                    finish(socket)
                    engine.add(ConnectionEnd(socket.record(at: time + 0.9, state: .close), at: .at(time + 0.9)))
                }
                sockets.removeAll { gone.contains($0.cookie) }
            }
            var records = sockets.map { $0.record(at: time + 0.9) }
            // A broken sample, and one on demand, before the good one.
            engine.addPart(of: Array(records.prefix(second % 5)), at: time + 0.9)
            if second % 3 == 0 { engine.sample(records, at: time + 0.9, .onDemand) }
            records.append(.listener())
            let snapshot = engine.sample(records, at: time + 0.9)
            if let before = last?[8080]?.evidence.traffic, let after = snapshot[8080]?.evidence.traffic {
                #expect(after.writtenBytes >= before.writtenBytes)
                #expect(after.retransmittedSegments >= before.retransmittedSegments)
            }
            last = snapshot
        }

        mutating func finish(_ socket: SimulatedSocket) {
            written += socket.written
            retransmits += socket.retransmits
        }

        var truth: (written: Int, retransmits: Int) {
            sockets.reduce((written, retransmits)) { ($0.0 + $1.written, $0.1 + $1.retransmits) }
        }
    }

    @Test("are true totals across connections that come and go", arguments: 1...4, [true, false])
    func totals(seed: Int, hasEvents: Bool) throws {
        var world = World(seed: UInt64(seed), hasEvents: hasEvents)
        world.engine.sample([.listener()], at: -1)
        for second in 0..<60 { world.step(second, ends: hasEvents) }
        let traffic = try #require(world.last?[8080]).evidence.traffic
        #expect(traffic.writtenBytes == UInt64(world.truth.written))
        #expect(traffic.retransmittedSegments == UInt64(world.truth.retransmits))
        #expect(world.truth.retransmits > 0)
    }

    @Test("what was written before the port was watched does not count")
    func before() throws {
        var engine = Engine.watching(evidence: EvidenceSettings())
        var socket = SimulatedSocket(cookie: 1, openedAt: 0, roundTrip: 0.01, outage: nil, coalesces: false)
        socket.write(1000, at: 0)
        socket.advance(to: 1)
        engine.sample([socket.record(at: 1)], at: 1)
        socket.write(70, at: 2)
        let traffic = try #require(engine.sample([socket.record(at: 2)], at: 2)[8080]).evidence.traffic
        #expect(traffic.writtenBytes == 70)
    }

    @Test("the end of the stream is no byte", arguments: [TCPState.finWait1, .finWait2, .lastAck, .closing, .close])
    func fin(state: TCPState) {
        for (acked, queued, undelivered): (UInt64, UInt32, UInt64) in [(101, 0, 0), (100, 1, 0), (60, 41, 40)] {
            var record = SocketRecord.connection(state, cookie: 1, sendQueue: queued)
            var fields = InfoFields()
            (fields.bytesAcked, fields.bytesSent, fields.bytesRetransmitted) = (acked, 150, 50)
            record.tcpInfo = fields.info
            let end = ConnectionEnd(record, at: .at(0))
            #expect(end.writtenBytes == 100)
            #expect(end.undeliveredBytes == undelivered)
        }
    }

    @Test("numbers that no sum can hold end nothing", arguments: [true, false])
    func beyondSums(hasEvents: Bool) throws {
        var engine = Engine.watching(evidence: EvidenceSettings(hasEvents: hasEvents))
        engine.sample([.listener()], at: 0)
        var fields = InfoFields()
        var record = SocketRecord.connection(.finWait1, cookie: 1, sendQueue: .max)
        for second in 1...4 {
            fields.bytesAcked = second % 2 == 0 ? .max : .max / 2
            (fields.bytesSent, fields.bytesRetransmitted, fields.notSentBytes) = (.max, 0, .max)
            record.tcpInfo = fields.info
            for cookie in 1...3 as ClosedRange<UInt64> {
                record.cookie = cookie
                record.state = second < 3 ? .established : .finWait1
                engine.beginSample(.scheduled, at: .at(Double(second)))
                engine.add(record)
                #expect(engine.finishSample()[8080]?.evidence.traffic.writtenBytes ?? 0 > 0)
            }
            engine.add(ConnectionEnd(record, at: .at(Double(second))))
        }
        #expect(engine.sample([], at: 9)[8080]?.evidence.traffic.writtenBytes == .max)
    }

    @Test("the idle time is observed once for each connection and scheduled sample")
    func sendIdle() throws {
        var engine = Engine.watching(evidence: EvidenceSettings())
        let sockets = (1...4 as ClosedRange<UInt64>).map {
            SimulatedSocket(cookie: $0, openedAt: 0, roundTrip: 0.01, outage: nil, coalesces: false)
        }
        for second in 1...5 {
            let records = sockets.map { $0.record(at: Double(second)) }
            engine.addPart(of: records, at: Double(second))
            engine.sample(records, at: Double(second), .onDemand)
            let idle = try #require(engine.sample(records, at: Double(second))[8080]).evidence.sendIdle
            #expect(idle.count == UInt64(4 * second))
        }
    }
}
