public import SystemPackage

/// Reads the packets of a pcap file of link type 253 (netlink), one by one.
public struct CaptureReader: ~Copyable {
    /// One packet of the file.
    struct Packet: ~Copyable {
        /// 1-based, as Wireshark counts.
        let number: Int
        /// The bytes on the wire; more than were captured when a snap length cut the packet.
        let originalLength: Int
        let bytes: [UInt8]
    }

    private var source: BufferedFile
    private var packetCount = 0

    /// The largest packet that is believed: netlink datagrams of dumps are 32 KiB.
    private static let maximumPacketLength = 1 << 24

    /// Reads the file's header.
    ///
    /// - Throws: ``SockDiagError`` when this is not such a file; the message says what it is and what to do.
    public init(file: FileDescriptor) throws(SockDiagError) {
        var source = BufferedFile(file)
        let isSwapped: Bool
        guard let header = try source.read(PcapFormat.fileHeaderSize) else {
            throw SockDiagError(.malformed, "the file is empty; a capture begins with a pcap header of 24 bytes")
        }
        let magic = header.span.bytes.word(0)
        switch magic {
        case PcapFormat.magicMicroseconds, PcapFormat.magicNanoseconds:
            isSwapped = false
        case PcapFormat.magicMicroseconds.byteSwapped, PcapFormat.magicNanoseconds.byteSwapped:
            isSwapped = true
        case PcapFormat.magicPcapng:
            throw SockDiagError(.malformed, "this is a pcapng file; convert it with: editcap -F pcap IN OUT")
        default:
            throw SockDiagError(.malformed, "this is not a pcap file: it begins with 0x\(String(magic, radix: 16))")
        }
        let linkType = (isSwapped ? header.span.bytes.word(20).byteSwapped : header.span.bytes.word(20)) & 0xFFFF
        guard linkType == PcapFormat.linkTypeNetlink else {
            throw SockDiagError(
                .malformed,
                "the capture has link type \(linkType), not netlink (253); capture on an nlmon device or with `record`"
            )
        }
        guard !isSwapped else {
            throw SockDiagError(
                .malformed,
                "the capture comes from a machine of the other byte order; netlink messages are in host order"
            )
        }
        self.source = source
    }

    /// The next packet, or nil at the end of the file.
    ///
    /// - Throws: ``SockDiagError/Code/unexpectedEnd`` when the file ends inside a packet.
    mutating func next() throws(SockDiagError) -> Packet? {
        guard let header = try source.read(PcapFormat.packetHeaderSize) else { return nil }
        packetCount += 1
        let captured = Int(header.span.bytes.word(8))
        let original = Int(header.span.bytes.word(12))
        guard captured <= Self.maximumPacketLength else {
            throw SockDiagError(.malformed, "packet \(packetCount) says that it has \(captured) bytes")
        }
        guard let bytes = captured == 0 ? [] : try source.read(captured) else {
            throw SockDiagError(.unexpectedEnd, "the file ends before the \(captured) bytes of packet \(packetCount)")
        }
        return Packet(number: packetCount, originalLength: original, bytes: bytes)
    }
}

/// Reads a file in large pieces and hands it out in exact ones.
private struct BufferedFile {
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var position = 0
    private var offset = 0
    private static let pieceSize = 256 << 10

    init(_ file: FileDescriptor) {
        self.file = file
    }

    /// Exactly `count` bytes, or nil when the file is at its end.
    mutating func read(_ count: Int) throws(SockDiagError) -> [UInt8]? {
        while buffer.count - position < count {
            let piece = try readPiece(atLeast: count)
            guard piece > 0 else {
                let left = buffer.count - position
                guard left > 0 else { return nil }
                throw SockDiagError(
                    .unexpectedEnd,
                    "the file ends at byte \(offset + left), \(count - left) bytes short"
                )
            }
        }
        defer {
            position += count
            offset += count
        }
        return Array(buffer[position..<position + count])
    }

    private mutating func readPiece(atLeast count: Int) throws(SockDiagError) -> Int {
        buffer.removeFirst(position)
        position = 0
        do {
            let piece = try [UInt8](unsafeUninitializedCapacity: max(Self.pieceSize, count)) { bytes, initialized in
                initialized = try file.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            buffer += piece
            return piece.count
        } catch {
            throw SockDiagError(.systemCall, errno: error as? Errno, "cannot read the capture")
        }
    }
}
