import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("tcp_info")
struct TCPInfoTests {
    /// Lengths that kernels have sent, one that none has, and lengths inside a field.
    static let lengths = TCPInfoBytes.kernelLengths + [300, 119, 127, 128, 135, 136, 147, 151, 152, 175, 184, 207, 231]

    @Test("is read at the kernel's offsets, as far as it goes", arguments: lengths)
    func fields(length: Int) throws {
        let bytes = TCPInfoBytes.patterned(length: length)
        let info = try #require(try MessageBuilder { $0.attributes = [.info(bytes)] }.record().tcpInfo)
        func word(_ offset: Int) -> UInt32? {
            offset + 4 <= length ? bytes.bytes.load(UInt32.self, at: offset) : nil
        }
        func long(_ offset: Int) -> UInt64? {
            offset + 8 <= length ? bytes.bytes.load(UInt64.self, at: offset) : nil
        }
        #expect(Int(info.length) == length)
        #expect(info.retransmits == bytes.bytes[2])
        #expect(info.probes == bytes.bytes[3])
        #expect(info.backoff == bytes.bytes[4])
        #expect(info.retransmissionTimeout == word(8))
        #expect(info.unacked == word(24))
        #expect(info.lastDataSent == word(44))
        #expect(info.lastDataReceived == word(52))
        #expect(info.lastAckReceived == word(56))
        #expect(info.roundTripTime == word(68))
        #expect(info.roundTripTimeVariation == word(72))
        #expect(info.totalRetransmits == word(100))
        #expect(info.bytesAcked == long(120))
        #expect(info.bytesReceived == long(128))
        #expect(info.segmentsOut == word(136))
        #expect(info.segmentsIn == word(140))
        #expect(info.notSentBytes == word(144))
        #expect(info.minimumRoundTripTime == word(148))
        #expect(info.dataSegmentsIn == word(152))
        #expect(info.dataSegmentsOut == word(156))
        #expect(info.busyTime == long(168))
        #expect(info.receiveWindowLimited == long(176))
        #expect(info.bytesSent == long(200))
        #expect(info.bytesRetransmitted == long(208))
        #expect(info.sendWindow == word(228))
    }

    @Test("of the oldest kernels has no byte counters")
    func oldest() throws {
        let info = try MessageBuilder { $0.attributes = [.info(.patterned(length: 104))] }.record().tcpInfo
        #expect(info?.bytesAcked == nil)
        #expect(info?.totalRetransmits != nil)
    }

    @Test("is absent when it is shorter than in any kernel", arguments: [0, 1, 3, 100, 103])
    func tooShort(length: Int) throws {
        #expect(try MessageBuilder { $0.attributes = [.info(TCPInfoBytes(length: length))] }.record().tcpInfo == nil)
    }
}
