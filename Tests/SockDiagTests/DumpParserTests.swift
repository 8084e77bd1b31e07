import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("The dump parser")
struct DumpParserTests {
    @Test("reads every field of an IPv4 socket", arguments: [18, 20] as [UInt16])
    func everyField(type: UInt16) throws {
        let message = MessageBuilder {
            $0.type = type
            $0.localAddress = [192, 0, 2, 1]
            $0.localPort = 8080
            $0.remoteAddress = [198, 51, 100, 7]
            $0.remotePort = 54321
            $0.state = 8
            $0.timer = 2
            $0.retransmits = 3
            $0.interfaceIndex = 0x0102_0304
            $0.cookie = 0x1122_3344_5566_7788
            $0.timerExpires = 7_200_001
            $0.receiveQueue = 4_000_000_001
            $0.sendQueue = 65_537
            $0.uid = 4_294_967_294
            $0.inode = 987_654_321
            $0.attributes = [.shutdown(1), .cgroupID(0xDEAD_BEEF_0000_0007)]
        }
        let dump = ParsedDump(message.bytes + NetlinkBytes.done())
        #expect(dump.isFinished && dump.error == nil)
        let record = try #require(dump.records.first)
        #expect(dump.records.count == 1)
        #expect(record.isIPv6 == false)
        #expect(record.state == .closeWait)
        #expect(record.local == SocketEndpoint(address: IPAddress(ipv4: 0xC000_0201), port: 8080))
        #expect(record.remote.description == "198.51.100.7:54321")
        #expect(record.interfaceIndex == 0x0102_0304)
        #expect(record.cookie == 0x1122_3344_5566_7788)
        #expect(record.timer == .keepalive)
        #expect(record.timerExpires == 7_200_001)
        #expect(record.retransmits == 3)
        #expect(record.receiveQueue == 4_000_000_001)
        #expect(record.sendQueue == 65_537)
        #expect(record.uid == 4_294_967_294)
        #expect(record.inode == 987_654_321)
        #expect(record.shutdown == .receive)
        #expect(record.cgroupID == 0xDEAD_BEEF_0000_0007)
        #expect(record.tcpInfo == nil)
    }

    @Test("reads an IPv6 socket")
    func ipv6() throws {
        let dump = ParsedDump(
            MessageBuilder {
                $0.localAddress = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
                $0.remoteAddress = [UInt8](repeating: 0, count: 15) + [1]
                $0.remotePort = 0
            }.bytes
        )
        let record = try #require(dump.records.first)
        #expect(record.isIPv6)
        #expect(record.local.description == "[2001:db8::1]:8080")
        #expect(record.remote.description == "[::1]:*")
        #expect(record.remote.address.isLoopback)
        #expect(!record.local.address.isIPv4)
    }

    @Test("reads an IPv4 client of an IPv6 listener as IPv4")
    func mapped() throws {
        let dump = ParsedDump(
            MessageBuilder {
                $0.localAddress = MessageBuilder.mapped([127, 0, 0, 1])
                $0.remoteAddress = MessageBuilder.mapped([203, 0, 113, 9])
            }.bytes
        )
        let record = try #require(dump.records.first)
        #expect(record.isIPv6)
        #expect(record.remote.address == IPAddress(ipv4: 0xCB00_7109))
        #expect(record.remote.description == "203.0.113.9:40000")
        #expect(record.local.address.isLoopback)
    }

    @Test("leaves absent what a message without attributes does not say")
    func noAttributes() throws {
        let record = try #require(ParsedDump(MessageBuilder { $0.state = 6 }.bytes).records.first)
        #expect(record.state == .timeWait)
        #expect(record.shutdown == nil)
        #expect(record.cgroupID == nil)
        #expect(record.tcpInfo == nil)
    }

    @Test("reads many messages of a datagram in their order, and goes on in the next datagram")
    func manyMessages() {
        let messages = (1...50).map { number in
            MessageBuilder {
                $0.cookie = UInt64(number)
                $0.attributes = number % 2 == 0 ? [.shutdown(0), .unknown] : []
            }.bytes
        }
        let dump = ParsedDump(
            messages[..<20].flatMap(\.self),
            messages[20...].flatMap(\.self),
            NetlinkBytes.done()
        )
        #expect(dump.records.map(\.cookie) == Array(1...50))
        #expect(dump.isFinished)
    }

    @Test("takes attributes in any order and skips those it does not know", arguments: 0..<24 as Range<UInt64>)
    func attributeOrder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let attributes: [MessageAttribute] = [
            .shutdown(3), .cgroupID(42), .info(.patterned(length: 280)), .pad, .mark, .socketOptions, .unknown,
            MessageAttribute(type: 8 | 0x8000, payload: [3]),
        ]
        let dump = ParsedDump(
            MessageBuilder { $0.attributes = attributes.shuffled(using: &generator) }.bytes + NetlinkBytes.done()
        )
        let record = try #require(dump.records.first)
        #expect(record.shutdown == [.receive, .send])
        #expect(record.cgroupID == 42)
        #expect(record.tcpInfo?.length == 280)
        #expect(dump.isFinished)
    }

    @Test("reads attributes too short for their value as absent")
    func shortAttributes() throws {
        let dump = ParsedDump(
            MessageBuilder {
                $0.attributes = [
                    MessageAttribute(type: 8, payload: []), MessageAttribute(type: 21, payload: [1, 2, 3, 4]),
                    .info(TCPInfoBytes(length: 100)),
                ]
            }.bytes
        )
        let record = try #require(dump.records.first)
        #expect(record.shutdown == nil)
        #expect(record.cgroupID == nil)
        #expect(record.tcpInfo == nil)
    }

    @Test("keeps a state and a timer that it does not know")
    func unknownState() throws {
        let record = try #require(
            ParsedDump(
                MessageBuilder {
                    $0.state = 200
                    $0.timer = 9
                }.bytes
            ).records.first
        )
        #expect(record.state.rawValue == 200)
        #expect(record.state.description == "STATE_200")
        #expect(record.timer.description == "unknown")
    }
}
