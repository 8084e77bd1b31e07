import SockDiag
import SockDiagTestKit
import Testing

@Suite("A capture of others")
struct ForeignCaptureTests {
    private static func socket(_ cookie: UInt64, sequence: UInt32 = 1) -> [UInt8] {
        MessageBuilder {
            $0.cookie = cookie
            $0.sequence = sequence
        }.bytes
    }

    @Test("of nanoseconds is read")
    func nanoseconds() throws {
        var capture = PcapBuilder(magic: PcapBuilder.nanoseconds)
        capture.append(datagram: Self.socket(5))
        #expect(try ReplayedCapture(capture.bytes).sockets.map(\.cookie) == [5])
    }

    @Test("may say more than the link type in its field")
    func linkTypeWithChecksumLength() throws {
        var capture = PcapBuilder(linkType: 0x1400_00FD)
        capture.append(datagram: Self.socket(5))
        #expect(try ReplayedCapture(capture.bytes).sockets.count == 1)
    }

    @Test("gives the sockets among requests, acknowledgements and other protocols")
    func mixed() throws {
        var capture = PcapBuilder()
        capture.append(datagram: NetlinkBytes.message(type: 18, payload: [1, 2, 3]), netlinkProtocol: 0)
        capture.append(datagram: NetlinkBytes.request(sequence: 9), direction: PcapBuilder.toKernel)
        capture.append(datagram: Self.socket(1, sequence: 9) + Self.socket(2, sequence: 9))
        capture.append(datagram: NetlinkBytes.noop(sequence: 9))
        capture.append(datagram: Self.socket(3, sequence: 9) + NetlinkBytes.done(sequence: 9))
        capture.append(datagram: NetlinkBytes.acknowledgement(sequence: 10))
        capture.append(datagram: NetlinkBytes.legacyRequest(sequence: 11), direction: PcapBuilder.toKernel)
        capture.append(
            datagram: MessageBuilder {
                $0.type = 18
                $0.sequence = 11
                $0.cookie = 4
            }.bytes + NetlinkBytes.done(sequence: 11)
        )
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(replayed.sockets.map(\.cookie) == [1, 2, 3, 4])
        #expect(replayed.summary.packets == 8)
        #expect(replayed.summary.sockets == 4)
        #expect(replayed.summary.otherMessages == 2, "the routing packet and the NOOP")
        #expect(replayed.summary.failedDumps.isEmpty && replayed.summary.damages.isEmpty)
    }

    @Test("that begins inside a dump is taken for TCP")
    func withoutRequest() throws {
        var capture = PcapBuilder()
        capture.append(datagram: Self.socket(1, sequence: 123_456))
        #expect(try ReplayedCapture(capture.bytes).sockets.count == 1)
    }

    @Test("does not list what is no TCP socket", arguments: [17, 33, 132, 262] as [UInt16])
    func otherProtocol(number: UInt16) throws {
        var capture = PcapBuilder()
        // ss gives every request of a run the same number.
        for (cookie, number) in [(1, number), (2, 6), (3, number)] as [(UInt64, UInt16)] {
            capture.append(
                datagram: NetlinkBytes.request(sequence: 123_456, protocolNumber: number),
                direction: PcapBuilder.toKernel
            )
            capture.append(datagram: Self.socket(cookie, sequence: 123_456) + NetlinkBytes.done(sequence: 123_456))
        }
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(replayed.sockets.map(\.cookie) == [2])
        #expect(replayed.summary.otherMessages == 2)
    }

    @Test("does not list sockets of other families", arguments: [1, 16, 17, 40, 44] as [UInt8])
    func otherFamily(family: UInt8) throws {
        var capture = PcapBuilder()
        capture.append(datagram: MessageBuilder { $0.family = family }.bytes)
        // A unix socket's message is 16 bytes long, less than a TCP socket's.
        capture.append(datagram: NetlinkBytes.message(type: 20, flags: 2, payload: [1, 1, 1, 0] + Array(0..<12)))
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(replayed.sockets.isEmpty && replayed.summary.damages.isEmpty)
        #expect(replayed.summary.otherMessages == 2)
    }

    @Test("counts destroy events and does not list them")
    func destroyEvents() throws {
        var capture = PcapBuilder()
        for cookie in 1...3 as ClosedRange<UInt64> {
            capture.append(
                datagram: MessageBuilder {
                    $0.cookie = cookie
                    $0.sequence = 0
                    $0.portID = 0
                    $0.flags = 0
                    $0.state = 7
                }.bytes
            )
        }
        capture.append(datagram: Self.socket(9))
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(replayed.sockets.map(\.cookie) == [9])
        #expect(replayed.summary.destroyEvents == 3)
    }

    @Test("lists the answer to a look-up of one socket")
    func lookup() throws {
        var capture = PcapBuilder()
        capture.append(datagram: NetlinkBytes.request(sequence: 3), direction: PcapBuilder.toKernel)
        capture.append(
            datagram: MessageBuilder {
                $0.sequence = 3
                $0.flags = 0
            }.bytes
        )
        #expect(try ReplayedCapture(capture.bytes).sockets.count == 1)
    }

    @Test("tells of dumps that failed, if they were about TCP")
    func failedDumps() throws {
        var capture = PcapBuilder()
        capture.append(datagram: NetlinkBytes.request(sequence: 1), direction: PcapBuilder.toKernel)
        capture.append(datagram: NetlinkBytes.done(sequence: 1, error: -2))
        capture.append(datagram: NetlinkBytes.error(sequence: 2, errno: -16))
        capture.append(
            datagram: NetlinkBytes.request(sequence: 3, protocolNumber: 17),
            direction: PcapBuilder.toKernel
        )
        capture.append(datagram: NetlinkBytes.error(sequence: 3, errno: -22))
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(
            replayed.summary.failedDumps == [
                "the kernel answered a dump in the capture with an error: No such file or directory",
                "the kernel answered a dump in the capture with an error: Device or resource busy",
            ]
        )
        #expect(replayed.summary.damages.isEmpty)
    }

    @Test("may hold nothing")
    func noPackets() throws {
        let replayed = try ReplayedCapture(PcapBuilder().bytes)
        #expect(replayed.sockets.isEmpty)
        #expect(replayed.summary.packets == 0 && replayed.summary.damages.isEmpty)
    }
}

@Suite("A file that is no netlink capture")
struct RefusedCaptureTests {
    private static func refusal(_ file: [UInt8]) -> SockDiagError? {
        #expect(throws: SockDiagError.self) { try ReplayedCapture(file) }
    }

    @Test("is refused when it is empty")
    func empty() {
        #expect(
            Self.refusal([])
                == SockDiagError(.malformed, "the file is empty; a capture begins with a pcap header of 24 bytes")
        )
    }

    @Test("is refused when its header is cut", arguments: [1, 3, 4, 23])
    func cutHeader(count: Int) {
        let error = Self.refusal(Array(PcapBuilder().bytes[..<count]))
        #expect(
            error == SockDiagError(.unexpectedEnd, "the file ends at byte \(count), \(24 - count) bytes short")
        )
    }

    @Test("is refused when it is pcapng, with the way out")
    func pcapng() {
        var file: [UInt8] = [0x0A, 0x0D, 0x0D, 0x0A, 0x1C, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A]
        file += [UInt8](repeating: 0, count: 40)
        #expect(
            Self.refusal(file)
                == SockDiagError(.malformed, "this is a pcapng file; convert it with: editcap -F pcap IN OUT")
        )
    }

    @Test("is refused when it is something else")
    func text() {
        #expect(
            Self.refusal(Array("State  Recv-Q  Send-Q  Local Address".utf8))
                == SockDiagError(.malformed, "this is not a pcap file: it begins with 0x74617453")
        )
    }

    @Test("is refused when it captured something else", arguments: [false, true])
    func linkType(isSwapped: Bool) {
        #expect(
            Self.refusal(PcapBuilder(isSwapped: isSwapped, linkType: 1).bytes)
                == SockDiagError(
                    .malformed,
                    "the capture has link type 1, not netlink (253); capture on an nlmon device or with `record`"
                )
        )
    }

    @Test(
        "is refused when its messages are in the other byte order",
        arguments: [
            PcapBuilder.microseconds, PcapBuilder.nanoseconds,
        ]
    )
    func swapped(magic: UInt32) {
        #expect(
            Self.refusal(PcapBuilder(magic: magic, isSwapped: true).bytes)
                == SockDiagError(
                    .malformed,
                    "the capture comes from a machine of the other byte order; netlink messages are in host order"
                )
        )
    }
}
