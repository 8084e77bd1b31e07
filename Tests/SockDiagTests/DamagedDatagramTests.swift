import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("A damaged datagram")
struct DamagedDatagramTests {
    private static let full = MessageBuilder {
        $0.attributes = [.shutdown(1), .pad, .cgroupID(7), .info(.patterned(length: 280)), .unknown]
    }
    /// Three sockets and the end.
    private static let datagram = full.bytes + MessageBuilder().bytes + full.bytes + NetlinkBytes.done()

    @Test("that is cut anywhere is never taken for a whole dump")
    func cuts() {
        let datagram = Self.datagram
        let starts = [0, Self.full.bytes.count, Self.full.bytes.count + 88, datagram.count - 20]
        for length in 0..<datagram.count {
            let dump = ParsedDump(Array(datagram[..<length]))
            #expect(!dump.isFinished, "cut to \(length) bytes")
            #expect((dump.error == nil) == starts.contains(length), "cut to \(length) bytes")
            #expect(dump.error == nil || dump.error?.code == .malformed, "cut to \(length) bytes")
            #expect(dump.records.count == max(0, starts.count { $0 <= length } - 1), "cut to \(length) bytes")
        }
        #expect(ParsedDump(datagram).isFinished)
    }

    @Test(
        "whose message says a wrong length is refused",
        arguments: [0, 1, 15, 89, 92, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF] as [UInt32]
    )
    func messageLengths(length: UInt32) {
        let dump = ParsedDump(MessageBuilder { $0.declaredLength = length }.bytes)
        #expect(
            dump.error
                == SockDiagError(.malformed, "the netlink message at offset 0 says \(length) bytes where 88 are left")
        )
        #expect(dump.records.isEmpty)
    }

    @Test("whose message is too short for a socket is refused", arguments: [16, 17, 87] as [UInt32])
    func shortSocket(length: UInt32) {
        let dump = ParsedDump(MessageBuilder { $0.declaredLength = length }.bytes)
        #expect(
            dump.error
                == SockDiagError(.malformed, "a socket's message has \(length - 16) bytes where 72 are needed")
        )
    }

    @Test("with bytes behind the last message is refused", arguments: 1...15)
    func trailing(count: Int) {
        let dump = ParsedDump(MessageBuilder().bytes + [UInt8](repeating: 0, count: count))
        #expect(dump.error?.description == "\(count) bytes at offset 88 are too few for a netlink header")
    }

    @Test("may lack the padding of its last message")
    func lastPadding() {
        let datagram = MessageBuilder { $0.attributes = [.shutdown(2)] }.bytes
        for padding in 0...3 {
            var cut = Array(datagram.dropLast(padding))
            cut.store(UInt32(cut.count), at: 0)
            let dump = ParsedDump(cut)
            #expect(dump.records.first?.shutdown == .send && dump.error == nil)
        }
    }

    @Test("whose attribute says a wrong length is refused", arguments: [0, 1, 2, 3, 9, 12, 0x7FFF, 0xFFFF] as [UInt16])
    func attributeLengths(length: UInt16) {
        let attribute = MessageAttribute(type: 21, payload: [1, 2, 3, 4], declaredLength: length)
        let dump = ParsedDump(MessageBuilder { $0.attributes = [attribute] }.bytes)
        #expect(
            dump.error
                == SockDiagError(
                    .malformed,
                    "attribute 21 of a socket's message says \(length) bytes where 8 are left"
                )
        )
        #expect(dump.records.isEmpty)
    }

    @Test("whose last attribute is less than a header ends there", arguments: 1...3)
    func attributeRest(count: Int) {
        var bytes = MessageBuilder { $0.attributes = [.shutdown(1)] }.bytes + [UInt8](repeating: 0xFF, count: count)
        bytes.store(UInt32(bytes.count), at: 0)
        let dump = ParsedDump(bytes)
        #expect(dump.records.first?.shutdown == .receive && dump.error == nil)
    }

    @Test("whose error message has no number is refused", arguments: [16, 17, 19] as [UInt32])
    func shortError(length: UInt32) {
        var bytes = NetlinkBytes.error(errno: -2)
        bytes.store(length, at: 0)
        bytes = Array(bytes[..<Int((length + 3) & ~3)])
        #expect(ParsedDump(bytes).error?.description == "an NLMSG_ERROR of \(length) bytes has no error number")
    }

    /// Bytes are changed, cut out, doubled and cut off at random. What is asked for: no crash, no endless loop, every
    /// failure a typed one, and a record only from bytes that hold one.
    @Test("of any kind is survived, 100,000 times")
    func mutations() {
        var generator = SeededGenerator(seed: 20_261_122)
        let parser = DumpParser(sequence: 1)
        var failures = 0
        var ends = 0
        var codes: Set<SockDiagError.Code> = []
        for _ in 0..<100_000 {
            var bytes = Self.datagram
            bytes.mutate(using: &generator)
            var records = 0
            do throws(SockDiagError) {
                if try parser.parse(bytes.span.bytes, visit: { _ in records += 1 }) == .finished { ends += 1 }
            } catch {
                failures += 1
                codes.insert(error.code)
            }
            if records * 88 > bytes.count {
                Issue.record("\(records) records in \(bytes.count) bytes")
                return
            }
        }
        #expect(failures > 1000 && ends > 1000, "the mutations hit and miss")
        #expect(codes.isSuperset(of: [.malformed]))
    }
}

extension [UInt8] {
    /// Damages the bytes in one to four places.
    mutating func mutate(using generator: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !isEmpty {
            let place = Int.random(in: 0..<count, using: &generator)
            let random = UInt8(truncatingIfNeeded: generator.next())
            switch generator.next() % 8 {
            case 0: removeSubrange(place..<Swift.min(count, place + Int(random % 9)))
            case 1: insert(contentsOf: self[place..<Swift.min(count, place + Int(random))], at: place)
            case 2: removeLast(Swift.min(count, Int(random % 32)))
            case 3: self[place] = [0, 1, 3, 4, 15, 16, 0x7F, 0x80, 0xFF][Int(random % 9)]
            case 4: self[place] ^= 1 << (random & 7)
            case 5: self[Swift.min(place & ~3, count - 1)] = random
            default: self[place] = random
            }
        }
    }
}
