import SockDiag
import SockDiagTestKit
import Testing

@Suite("A dump in a capture")
struct CaptureConversationTests {
    private static let interrupted =
        "a dump in the capture was interrupted: the socket table changed while the kernel walked it"
    private static let unended = "a dump in the capture has no end"
    private static let unanswered = "a dump request in the capture has no answer"

    /// One socket of a dump; flag 2 says that more follows, 0x10 that the dump was interrupted.
    private static func socket(
        _ cookie: UInt64 = 1,
        sequence: UInt32 = 1,
        portID: UInt32 = 4711,
        flags: UInt16 = 2
    ) -> [UInt8] {
        MessageBuilder {
            $0.cookie = cookie
            $0.sequence = sequence
            $0.portID = portID
            $0.flags = flags
        }.bytes
    }

    private static func done(portID: UInt32) -> [UInt8] {
        NetlinkBytes.message(type: 3, flags: 2, portID: portID, payload: [0, 0, 0, 0])
    }

    private static func replay(_ datagrams: [[UInt8]]) throws -> ReplayedCapture {
        var capture = PcapBuilder()
        for datagram in datagrams { capture.append(datagram: datagram) }
        return try ReplayedCapture(capture.bytes)
    }

    @Test(
        "that did not come whole is told, and its sockets are read",
        arguments: [
            ([NetlinkBytes.request()], 0, unanswered),
            ([NetlinkBytes.request(), socket()], 1, unended),
            ([socket(1), socket(2)], 2, unended),
            ([NetlinkBytes.request(), NetlinkBytes.request(), socket(), NetlinkBytes.done()], 1, unanswered),
            // One of the two has no end. The answers carry on what they belonged to.
            ([NetlinkBytes.request(), socket(), NetlinkBytes.request(), NetlinkBytes.done()], 1, unanswered),
            ([NetlinkBytes.request(), socket(flags: 0x12), NetlinkBytes.done()], 1, interrupted),
            ([NetlinkBytes.request(), socket(), NetlinkBytes.done(flags: 0x12)], 1, interrupted),
            ([NetlinkBytes.request(), socket(flags: 0x12), socket(2), NetlinkBytes.done(flags: 0x12)], 2, interrupted),
            (
                [NetlinkBytes.request(), socket(), NetlinkBytes.overrun(), socket(2), NetlinkBytes.done()], 2,
                "the kernel lost messages of a dump in the capture"
            ),
            (
                [NetlinkBytes.request(), NetlinkBytes.error(errno: -12)], 0,
                "the kernel answered a dump in the capture with an error: Cannot allocate memory"
            ),
            (
                [NetlinkBytes.legacyRequest(), socket(), NetlinkBytes.done(error: -12)], 1,
                "the kernel answered a dump in the capture with an error: Cannot allocate memory"
            ),
        ]
    )
    func failed(datagrams: [[UInt8]], sockets: Int, failure: String) throws {
        let replayed = try Self.replay(datagrams)
        #expect(replayed.sockets.count == sockets)
        #expect(replayed.summary.failedDumps == [failure])
        #expect(replayed.summary.damages.isEmpty)
    }

    @Test(
        "that is whole, or is not about TCP, is not told",
        arguments: [
            [NetlinkBytes.request(), NetlinkBytes.acknowledgement(), socket(), NetlinkBytes.done()],
            [socket(), NetlinkBytes.done(error: nil)],
            [NetlinkBytes.request(protocolNumber: 17)],
            [NetlinkBytes.request(protocolNumber: 17), socket(flags: 0x12), NetlinkBytes.overrun()],
            [NetlinkBytes.request(protocolNumber: 262), NetlinkBytes.error(errno: -2)],
            [NetlinkBytes.request(family: 1), NetlinkBytes.error(errno: -2)],
            // A look-up of one socket, and a request to destroy one, that fail.
            [NetlinkBytes.message(type: 20, flags: 1, portID: 0, payload: [2, 6] + [UInt8](repeating: 0, count: 54))],
            [NetlinkBytes.message(type: 21, flags: 5, portID: 0, payload: [2, 6]), NetlinkBytes.error(errno: -2)],
        ]
    )
    func silent(datagrams: [[UInt8]]) throws {
        let replayed = try Self.replay(datagrams)
        #expect(replayed.summary.failedDumps.isEmpty && replayed.summary.damages.isEmpty)
    }

    @Test("is told from another of the same number by its port id")
    func portIDs() throws {
        let replayed = try Self.replay([
            NetlinkBytes.request(), Self.socket(1, portID: 10),
            NetlinkBytes.request(protocolNumber: 17), Self.socket(2, portID: 11),
            Self.socket(3, portID: 10), Self.socket(4, portID: 11),
            Self.done(portID: 11), Self.done(portID: 10),
        ])
        #expect(replayed.sockets.map(\.cookie) == [1, 3])
        #expect(replayed.summary.failedDumps.isEmpty)
    }

    @Test("that was cut off with the file is told by the cut alone")
    func cut() throws {
        var capture = PcapBuilder()
        capture.append(datagram: NetlinkBytes.request())
        capture.append(datagram: Self.socket())
        let replayed = try ReplayedCapture(Array(capture.bytes.dropLast()))
        #expect(replayed.summary.damages.count == 1 && replayed.summary.failedDumps.isEmpty)
    }

    @Test("is told twenty times; what is beyond that is counted", arguments: [1, 50_000])
    func many(step: UInt32) throws {
        var capture = PcapBuilder()
        for number in 1...10_000 as ClosedRange<UInt32> {
            capture.append(datagram: NetlinkBytes.request(sequence: number &* step))
            capture.append(packet: [0])
        }
        let summary = try ReplayedCapture(capture.bytes).summary
        #expect(summary.failedDumps.count == 20 && summary.furtherFailedDumps == 9_980)
        #expect(summary.damages.count == 20 && summary.furtherDamages == 9_980)
        #expect(summary.damages.last == "packet 40 has no netlink header: 1 bytes")
    }
}
