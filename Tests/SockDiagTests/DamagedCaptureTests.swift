import SockDiag
import SockDiagTestKit
import Testing

@Suite("A damaged capture")
struct DamagedCaptureTests {
    private static let message = MessageBuilder { $0.attributes = [.shutdown(1), .cgroupID(7)] }.bytes
    private static let packetSize = 16 + 16 + message.count
    /// Three packets with a socket each.
    private static let file: [UInt8] = {
        var capture = PcapBuilder()
        for _ in 0..<3 { capture.append(datagram: message) }
        return capture.bytes
    }()

    @Test("that ends early gives what stands before the damage, and says where it is")
    func truncated() throws {
        for length in 24..<Self.file.count {
            let replayed = try ReplayedCapture(Array(Self.file[..<length]))
            let (whole, rest) = (length - 24).quotientAndRemainder(dividingBy: Self.packetSize)
            #expect(replayed.sockets.count == whole, "cut to \(length) bytes")
            #expect(replayed.summary.damages.count == (rest == 0 ? 0 : 1), "cut to \(length) bytes")
        }
        #expect(
            try ReplayedCapture(Array(Self.file.dropLast(5))).summary.damages
                == ["the file ends at byte \(Self.file.count - 5), 5 bytes short"]
        )
        #expect(
            try ReplayedCapture(Array(Self.file.dropLast(Self.packetSize - 16))).summary.damages
                == ["the file ends before the 124 bytes of packet 3"]
        )
    }

    @Test("with a packet that is damaged inside gives those before and after it")
    func damagedPacket() throws {
        var file = Self.file
        file.store(UInt32(0xFFFF_FFFF), at: 24 + Self.packetSize + 32)
        let replayed = try ReplayedCapture(file)
        #expect(replayed.sockets.count == 2)
        #expect(
            replayed.summary.damages == [
                "packet 2 is damaged: the netlink message at offset 0 says 4294967295 bytes where 108 are left"
            ]
        )
    }

    @Test("with a packet of an impossible length ends there")
    func hugePacket() throws {
        var file = Self.file
        file.store(UInt32(0xFFFF_FFFF), at: 24 + Self.packetSize + 8)
        let replayed = try ReplayedCapture(file)
        #expect(replayed.sockets.count == 1)
        #expect(replayed.summary.damages == ["packet 2 says that it has 4294967295 bytes"])
    }

    @Test("with a packet too short for its header goes on", arguments: [0, 1, 15])
    func shortPacket(count: Int) throws {
        var capture = PcapBuilder()
        capture.append(packet: [UInt8](repeating: 0, count: count))
        capture.append(datagram: Self.message)
        let replayed = try ReplayedCapture(capture.bytes)
        #expect(replayed.sockets.count == 1)
        #expect(replayed.summary.damages == ["packet 1 has no netlink header: \(count) bytes"])
    }

    @Test("by a snap length says so, wherever the cut falls")
    func snapLength() throws {
        let datagram = Self.message + Self.message + Self.message
        let original = 16 + datagram.count
        for snapLength in 16..<original {
            var capture = PcapBuilder(snapLength: snapLength)
            capture.append(datagram: datagram)
            capture.append(packet: [])
            let replayed = try ReplayedCapture(capture.bytes)
            #expect(replayed.sockets.count == (snapLength - 16) / Self.message.count, "snap length \(snapLength)")
            #expect(
                replayed.summary.damages.first
                    == "packet 1 is cut to \(snapLength) of \(original) bytes by the capture's snap length"
            )
            #expect(replayed.summary.damages.count == 2, "one line for each packet")
        }
    }

    @Test("by chance is survived, 3,000 times")
    func mutations() throws {
        var generator = SeededGenerator(seed: 253)
        var capture = PcapBuilder()
        capture.append(datagram: NetlinkBytes.request(protocolNumber: 262), direction: PcapBuilder.toKernel)
        capture.append(datagram: NetlinkBytes.request(), direction: PcapBuilder.toKernel)
        for _ in 0..<3 { capture.append(datagram: Self.message + Self.message) }
        capture.append(datagram: NetlinkBytes.done(error: nil) + NetlinkBytes.error(errno: -2))
        var (refused, damaged, sound) = (0, 0, 0)
        for _ in 0..<3000 {
            var file = capture.bytes
            file.mutate(using: &generator)
            do {
                let replayed = try ReplayedCapture(file)
                if replayed.summary.damages.isEmpty { sound += 1 } else { damaged += 1 }
                guard replayed.sockets.count == replayed.summary.sockets else {
                    Issue.record("\(replayed.sockets.count) sockets came: \(replayed.summary)")
                    return
                }
            } catch is SockDiagError {
                refused += 1
            }
        }
        #expect(refused > 20 && damaged > 100 && sound > 100, "\(refused) refused, \(damaged) damaged, \(sound) sound")
    }
}
