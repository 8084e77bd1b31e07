import CAllocationCount
import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("Parsing", .enabled(if: cac_allocations() >= 0, "a sanitizer counts for itself"))
struct AllocationTests {
    /// How often this thread allocates while the work is done.
    private static func allocations(_ work: () -> Void) -> Int {
        _ = datagram
        let before = cac_allocations()
        work()
        return cac_allocations() - before
    }

    /// 32 KiB of sockets with all attributes, as the kernel sends them.
    private static let datagram: (bytes: [UInt8], records: Int) = {
        let message = MessageBuilder {
            $0.attributes = [.info(.patterned(length: 280)), .shutdown(1), .cgroupID(7), .socketOptions]
        }.bytes
        let count = 32_000 / message.count
        return (Array(repeatElement(message, count: count).joined()), count)
    }()

    private static func parse(_ visit: (borrowing SocketRecord) -> Void) -> Int {
        let parser = DumpParser(sequence: 1)
        var records = 0
        while records < 100_000 {
            let progress = try? parser.parse(datagram.bytes.span.bytes, visit: visit)
            guard progress == .more else { return -1 }
            records += datagram.records
        }
        return records
    }

    @Test("100,000 sockets allocates nothing")
    func parser() {
        var queued: UInt64 = 0
        var parsed = 0
        let allocations = Self.allocations {
            parsed = Self.parse { queued &+= $0.tcpInfo?.bytesAcked ?? 0 }
        }
        #expect(parsed >= 100_000 && queued != 0)
        #expect(allocations == 0)
    }

    @Test("is seen to allocate when it does: memory freed at once is counted, too")
    func control() {
        var sum = 0
        let allocations = Self.allocations {
            _ = Self.parse { sum += [Int($0.local.port), sum & 1].count }
        }
        #expect(sum > 100_000)
        #expect(allocations >= 100_000)
    }

    @Test("a port filter's second look allocates nothing")
    func coarseFilter() {
        let filter = PortFilter(local: PortSet((0..<100).map { 8000 + $0 * 10 }))
        #expect(filter.isCoarseInKernel)
        var matching = 0
        let allocations = Self.allocations {
            _ = Self.parse { if filter.matches(localPort: $0.local.port, remotePort: $0.remote.port) { matching += 1 } }
        }
        #expect(matching >= 100_000)
        #expect(allocations == 0)
    }

    @Test("a capture allocates for each packet, not for each socket")
    func replay() throws {
        var capture = PcapBuilder()
        for _ in 0..<20 { capture.append(datagram: Self.datagram.bytes) }
        let file = try AnonymousFile(capture.bytes)
        let reader = try CaptureReader(file: file.descriptor)
        var summary = CaptureReplay.Summary()
        let before = cac_allocations()
        summary = CaptureReplay.read(reader) { _ in }
        let allocations = cac_allocations() - before
        #expect(summary.sockets == 20 * Self.datagram.records && summary.damages.isEmpty)
        #expect(allocations < summary.packets * 10)
    }
}
