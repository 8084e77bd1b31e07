internal import Glibc
public import SystemPackage

/// Writes netlink datagrams into a pcap file of link type 253, as a capture of an nlmon device has them.
///
/// Wireshark and tcpdump read such a file; so does ``CaptureReader``.
public final class CaptureWriter {
    public enum Direction: UInt16, Sendable {
        /// A request; the kernel's PACKET_KERNEL.
        case toKernel = 7
        /// An answer; the kernel's PACKET_USER.
        case fromKernel = 6
    }

    private let file: FileDescriptor
    private var pending: [UInt8] = []
    private static let flushSize = 256 << 10

    /// Datagrams written so far.
    public private(set) var datagramCount = 0

    /// Starts a capture in an open, empty file. The caller closes the file after ``finish()``.
    public init(file: FileDescriptor) throws(SockDiagError) {
        self.file = file
        append(PcapFormat.magicMicroseconds)
        append(PcapFormat.versionMajor)
        append(PcapFormat.versionMinor)
        append(UInt32(0))
        append(UInt32(0))
        append(PcapFormat.snapshotLength)
        append(PcapFormat.linkTypeNetlink)
    }

    public func append(_ datagram: borrowing RawSpan, direction: Direction) throws(SockDiagError) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let length = UInt32(PcapFormat.cookedHeaderSize + datagram.byteCount)
        append(UInt32(truncatingIfNeeded: now.tv_sec))
        append(UInt32(now.tv_nsec / 1000))
        append(length)
        append(length)
        append(direction.rawValue.bigEndian)
        append(PcapFormat.hardwareTypeNetlink.bigEndian)
        append(UInt64(0))
        append(UInt16(0))
        append(PcapFormat.protocolSockDiag.bigEndian)
        datagram.withUnsafeBytes { pending.append(contentsOf: $0) }
        datagramCount += 1
        if pending.count >= Self.flushSize { try finish() }
    }

    /// Writes what is still in memory. Without it the end of the capture is lost.
    public func finish() throws(SockDiagError) {
        do {
            try file.writeAll(pending)
            pending.removeAll(keepingCapacity: true)
        } catch {
            throw SockDiagError(.systemCall, errno: error as? Errno, "cannot write the capture")
        }
    }

    private func append<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { pending.append(contentsOf: $0) }
    }
}

/// The numbers of the pcap file format and of LINKTYPE_NETLINK.
enum PcapFormat {
    static let magicMicroseconds: UInt32 = 0xA1B2_C3D4
    static let magicNanoseconds: UInt32 = 0xA1B2_3C4D
    static let magicPcapng: UInt32 = 0x0A0D_0D0A
    static let versionMajor: UInt16 = 2
    static let versionMinor: UInt16 = 4
    static let snapshotLength: UInt32 = 262_144
    static let linkTypeNetlink: UInt32 = 253
    static let fileHeaderSize = 24
    static let packetHeaderSize = 16
    static let cookedHeaderSize = 16
    /// ARPHRD_NETLINK
    static let hardwareTypeNetlink: UInt16 = 824
    static let protocolSockDiag: UInt16 = 4
}
