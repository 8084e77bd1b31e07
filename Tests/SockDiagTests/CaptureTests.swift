import SockDiagTestKit
import SystemPackage
import Testing

@testable import SockDiag

@Suite("A capture of our own")
struct CaptureTests {
    @Test("is read back, packet by packet, byte by byte")
    func roundTrip() throws {
        let request = NetlinkBytes.legacyRequest()
        let answer = MessageBuilder { $0.attributes = [.shutdown(1), .info(.patterned(length: 280))] }.bytes
        let file = try AnonymousFile()
        let writer = try CaptureWriter(file: file.descriptor)
        try writer.append(request.span.bytes, direction: .toKernel)
        try writer.append((answer + NetlinkBytes.done()).span.bytes, direction: .fromKernel)
        try writer.finish()
        #expect(writer.datagramCount == 2)

        var expected = PcapBuilder()
        expected.append(datagram: request, direction: PcapBuilder.toKernel)
        expected.append(datagram: answer + NetlinkBytes.done(), direction: PcapBuilder.fromKernel)
        var written = try file.contents()
        #expect(written.count == expected.bytes.count)
        // The times are of now; everything else is the format's.
        for packet in [24, 24 + 16 + 16 + request.count] where written.count >= packet + 8 {
            #expect(written.load(UInt32.self, at: packet) > 1_700_000_000)
            #expect(written.load(UInt32.self, at: packet + 4) < 1_000_000)
            written.replaceSubrange(packet..<packet + 8, with: expected.bytes[packet..<packet + 8])
        }
        #expect(written == expected.bytes)

        let replayed = try ReplayedCapture(written)
        #expect(replayed.sockets == ParsedDump(answer).records)
        #expect(replayed.summary.packets == 2 && replayed.summary.damages.isEmpty)
    }

    @Test("larger than the memory kept for it is whole")
    func large() throws {
        let file = try AnonymousFile()
        let writer = try CaptureWriter(file: file.descriptor)
        let datagram = Array(repeatElement(MessageBuilder().bytes, count: 300).joined())
        for _ in 0..<100 { try writer.append(datagram.span.bytes, direction: .fromKernel) }
        try writer.finish()
        let replayed = try ReplayedCapture(try file.contents())
        #expect(replayed.sockets.count == 30_000)
        #expect(replayed.summary.packets == 100 && replayed.summary.damages.isEmpty)
    }

    @Test("that cannot be written is a failure with the system's reason")
    func fullDisk() throws {
        let full = try FileDescriptor.open("/dev/full", .writeOnly)
        defer { try? full.close() }
        let writer = try CaptureWriter(file: full)
        let error = #expect(throws: SockDiagError.self) { try writer.finish() }
        #expect(error == SockDiagError(.systemCall, errno: .noSpace, "cannot write the capture"))
    }
}
