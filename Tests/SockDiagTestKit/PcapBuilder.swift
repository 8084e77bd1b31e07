/// A pcap file in memory.
public struct PcapBuilder: Sendable {
    /// The file's magic number: microseconds.
    public static let microseconds: UInt32 = 0xA1B2_C3D4
    /// The file's magic number: nanoseconds.
    public static let nanoseconds: UInt32 = 0xA1B2_3C4D

    /// PACKET_KERNEL in a cooked header: a message to the kernel.
    public static let toKernel: UInt16 = 7
    /// PACKET_USER in a cooked header: a message from the kernel.
    public static let fromKernel: UInt16 = 6

    public private(set) var bytes: [UInt8] = []
    private let isSwapped: Bool
    private let snapLength: Int

    /// - Parameters:
    ///   - isSwapped: as a machine of the other byte order writes.
    ///   - linkType: 253 is netlink, 1 Ethernet.
    ///   - snapLength: longer packets are cut to this.
    public init(
        magic: UInt32 = microseconds,
        isSwapped: Bool = false,
        linkType: UInt32 = 253,
        snapLength: Int = 262_144
    ) {
        self.isSwapped = isSwapped
        self.snapLength = snapLength
        append(magic)
        append(UInt16(2))
        append(UInt16(4))
        append(UInt32(0))
        append(UInt32(0))
        append(UInt32(snapLength))
        append(linkType)
    }

    /// Adds a netlink datagram behind a cooked header. `netlinkProtocol` is 4 for sock_diag, 0 for routing.
    public mutating func append(
        datagram: [UInt8],
        direction: UInt16 = fromKernel,
        netlinkProtocol: UInt16 = 4
    ) {
        var packet: [UInt8] = []
        packet.append(network: direction)
        packet.append(network: UInt16(824))
        packet += repeatElement(0, count: 10)
        packet.append(network: netlinkProtocol)
        append(packet: packet + datagram)
    }

    /// Adds a packet as it is.
    public mutating func append(packet: [UInt8]) {
        let captured = packet.prefix(snapLength)
        append(UInt32(1_700_000_000))
        append(UInt32(123_456))
        append(UInt32(captured.count))
        append(UInt32(packet.count))
        bytes += captured
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        bytes.append(host: isSwapped ? value.byteSwapped : value)
    }
}
