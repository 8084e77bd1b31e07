import SockDiagTestKit

/// Inputs of every kind that the parsers tell apart, made of what the tests build theirs of.
enum Seeds {
    private static let full = MessageBuilder {
        $0.state = 8
        $0.attributes = [
            .shutdown(1), .pad, .cgroupID(7), .info(.patterned(length: 280)), .mark, .socketOptions, .unknown,
        ]
    }.bytes

    private static let ipv6 = MessageBuilder {
        $0.localAddress = [UInt8](repeating: 0, count: 15) + [1]
        $0.remoteAddress = MessageBuilder.mapped([127, 0, 0, 1])
        $0.state = 1
        $0.timer = 2
        $0.sendQueue = 300
        // The shortest that is read.
        $0.attributes = [.info(.patterned(length: 104))]
    }.bytes

    /// An end as an event tells it: no dump, no number, and the remote port gone.
    private static let event = MessageBuilder {
        $0.flags = 0
        $0.sequence = 0
        $0.state = 7
        $0.remotePort = 0
        $0.attributes = [.info(.patterned(length: 232))]
    }.bytes

    static let datagrams: [(name: String, bytes: [UInt8])] = [
        ("socket", MessageBuilder().bytes),
        ("full", full + NetlinkBytes.done()),
        ("ipv6", ipv6 + MessageBuilder { $0.type = 18 }.bytes),
        ("other-dump", MessageBuilder { $0.sequence = 2 }.bytes + NetlinkBytes.noop() + NetlinkBytes.acknowledgement()),
        ("interrupted", MessageBuilder { $0.flags = 18 }.bytes),
        ("interrupted-end", NetlinkBytes.done(flags: 18)),
        ("bare-end", NetlinkBytes.done(error: nil)),
        ("failed", NetlinkBytes.done(error: -12)),
        ("refused", NetlinkBytes.error(errno: -2)),
        ("overrun", NetlinkBytes.overrun()),
        ("event", event),
    ]

    /// A sample after the other. The lowest bits of the user say what begins with a socket, the others after how many
    /// milliseconds.
    static let samples: [(name: String, bytes: [UInt8])] = [
        ("close-wait", [(7, 8), (7, 8), (1, 8), (7, 1), (7, 8)].flatMap { connection($0.0, state: $0.1) }),
        ("beats", (0..<6).flatMap { connection(7, state: 1, written: UInt64($0) * 20, cookie: 9) }),
        ("broken", [3, 0, 2, 4, 5, 6, 0].flatMap { connection($0, state: 1) + connection(0, state: 10) }),
        ("client", (0..<4).flatMap { connection(7, state: 1, written: UInt64($0) * 30, localPort: 50000) }),
        ("crowd", (0..<12).flatMap { connection(0, state: 8, cookie: $0) } + connection(7, state: 1)),
    ]

    private static func connection(
        _ action: UInt32,
        state: UInt8,
        written: UInt64 = 0,
        cookie: UInt64 = 1,
        localPort: UInt16 = 8080
    ) -> [UInt8] {
        MessageBuilder {
            $0.state = state
            $0.uid = 5000 << 4 | action
            $0.cookie = cookie
            $0.localPort = localPort
            var info = TCPInfoBytes(length: 280)
            info.setBytesAcked(written)
            info.setBytesSent(written)
            info.setLastDataSent(20)
            // tcpi_data_segs_out, and tcpi_segs_in, without which nothing ever came.
            info.set(UInt32(written / 20), at: 156)
            info.set(UInt32(3), at: 140)
            $0.attributes = [.shutdown(0), .cgroupID(7), .info(info)]
        }.bytes
    }

    static let captures: [(name: String, bytes: [UInt8])] = [
        ("empty", PcapBuilder().bytes),
        ("swapped", PcapBuilder(isSwapped: true).bytes),
        ("ethernet", PcapBuilder(linkType: 1).bytes),
        ("nanoseconds", capture(magic: PcapBuilder.nanoseconds) { $0.append(datagram: full) }),
        (
            "dump",
            capture {
                $0.append(datagram: NetlinkBytes.request(), direction: PcapBuilder.toKernel)
                $0.append(datagram: full + ipv6)
                $0.append(datagram: NetlinkBytes.done())
            }
        ),
        (
            "mixed",
            capture {
                $0.append(datagram: NetlinkBytes.message(type: 18, payload: [1, 2, 3]), netlinkProtocol: 0)
                $0.append(datagram: NetlinkBytes.request(protocolNumber: 262), direction: PcapBuilder.toKernel)
                $0.append(datagram: NetlinkBytes.legacyRequest(sequence: 2), direction: PcapBuilder.toKernel)
                $0.append(datagram: MessageBuilder { $0.sequence = 2 }.bytes + NetlinkBytes.overrun(sequence: 2))
                $0.append(datagram: event)
                $0.append(datagram: NetlinkBytes.error(errno: -2) + NetlinkBytes.noop())
                $0.append(packet: [1, 2, 3])
            }
        ),
        ("cut", capture(snapLength: 150) { $0.append(datagram: ipv6 + full) }),
    ]

    private static func capture(
        magic: UInt32 = PcapBuilder.microseconds,
        snapLength: Int = 262_144,
        _ fill: (inout PcapBuilder) -> Void
    ) -> [UInt8] {
        var capture = PcapBuilder(magic: magic, snapLength: snapLength)
        fill(&capture)
        return capture.bytes
    }
}
