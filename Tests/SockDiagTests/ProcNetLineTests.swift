import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("A line of /proc/net/tcp")
struct ProcNetLineTests {
    private static func read(_ text: String, isIPv6: Bool = false) throws(SockDiagError) -> SocketRecord {
        try SocketRecord(procNetLine: Array(text.utf8).span.bytes, isIPv6: isIPv6)
    }

    private static let closeWait =
        "   3: 0100007F:1F90 0200007F:C350 08 0000000A:00000001 02:00000123 00000000  1000        5 41234 1 "
        + "0000000000000000 20 4 30 10 -1                    "

    @Test("reads every field of a connection")
    func connection() throws {
        let record = try Self.read(Self.closeWait)
        #expect(!record.isIPv6 && record.state == .closeWait)
        #expect(record.local.description == "127.0.0.1:8080" && record.remote.description == "127.0.0.2:50000")
        #expect(record.sendQueue == 10 && record.receiveQueue == 1)
        #expect(record.timer == .keepalive && record.timerExpires == 0x123 * 10 && record.retransmits == 5)
        #expect(record.uid == 1000 && record.inode == 41234)
        #expect(record.tcpInfo == nil && record.cgroupID == nil && record.shutdown == nil)
    }

    @Test("tells retransmissions while that timer runs, and probes for the others")
    func retransmissions() throws {
        let record = try Self.read(
            "  12: 0100007F:1F90 0200007F:C350 01 00000400:00000000 01:00000019 00000003     0        7 99 4 0000"
        )
        #expect(record.timer == .retransmit && record.timerExpires == 250 && record.retransmits == 3)
    }

    @Test("of a listener tells who waits, and not how many may")
    func listener() throws {
        let record = try Self.read(
            "   0: 00000000:0016 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 8142 2 0 100"
        )
        #expect(record.state == .listen && record.receiveQueue == 3 && !record.tellsQueueLimit)
        #expect(record.local.description == "0.0.0.0:22" && record.remote.description == "0.0.0.0:*")
    }

    @Test("reads the small object of TIME_WAIT")
    func timeWait() throws {
        let record = try Self.read(
            "  48: 0100007F:1F90 0100007F:A1B2 06 00000000:00000000 03:00000B1C 00000000     0        0 0 3 0"
        )
        #expect(record.state == .timeWait && record.timer == .timeWait && record.inode == 0 && !record.isFullSocket)
    }

    @Test("tells a socket in FIN_WAIT2 from the small object that takes its place")
    func finWait2() throws {
        let full = "  48: 0100007F:1F90 0100007F:A1B2 05 00000000:00000000 00:00000000 00000000     0        0 7 3 0"
        #expect(try Self.read(full).isFullSocket)
        let small = "  48: 0100007F:1F90 0100007F:A1B2 05 00000000:00000000 03:00000100 00000000     0        0 0 3 0"
        #expect(try !Self.read(small).isFullSocket)
    }

    @Test("reads IPv6, and IPv4 in IPv6 as IPv4")
    func ipv6() throws {
        let rest = " 01 00000000:00000000 00:00000000 00000000  1000        0 5 1 0"
        let local = "B80D0120000000000000000001000000:01BB"
        let plain = try Self.read("   0: \(local) 00000000000000000000000001000000:0050\(rest)", isIPv6: true)
        #expect(plain.isIPv6 && plain.local.description == "[2001:db8::1]:443")
        #expect(plain.remote.description == "[::1]:80")
        let mapped = "0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF0000050200C0:C350"
        let record = try Self.read("   1: \(mapped)\(rest)", isIPv6: true)
        #expect(record.isIPv6 && record.local.description == "127.0.0.1:8080")
        #expect(record.remote.description == "192.0.2.5:50000")
    }

    @Test("gives an identity that outlives accept and close, and that no other connection has")
    func identity() throws {
        let line = Self.closeWait
        let record = try Self.read(line)
        #expect(record.cookie != 0)
        #expect(try Self.read(line.replacing(" 41234 ", with: " 0 ")).cookie == record.cookie)
        #expect(try Self.read(line.replacing(" 08 ", with: " 09 ")).cookie == record.cookie)
        #expect(try Self.read(line.replacing(":C350", with: ":C351")).cookie != record.cookie)
        #expect(try Self.read(line.replacing("0200007F", with: "0300007F")).cookie != record.cookie)
        let listener = "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 8142 2 0"
        let other = listener.replacing("8142", with: "8143")
        #expect(try Self.read(listener).cookie != Self.read(other).cookie, "several may listen on one port")
    }

    @Test("that is cut anywhere before its last field, or is something else, is refused")
    func hostile() {
        let whole = Self.closeWait
        let needed = whole.prefix(while: { $0 != "4" }).count
        for count in 0..<needed {
            #expect(throws: SockDiagError.self) { try Self.read(String(whole.prefix(count))) }
        }
        for (good, bad) in [
            ("3:", "-3:"), ("0100007F", "0100007f"), ("0100007F", "0100007F0"), (":1F90", ":1F9"), (" 08 ", " 108 "),
            ("0000000A:", "10000000A:"), (" 1000 ", " 4294967296 "), (" 41234 ", " 99999999999999999999 "),
            (" 41234 ", " x "), ("02:", "02;"),
        ] {
            let line = whole.replacing(good, with: bad, maxReplacements: 1)
            #expect(line != whole)
            #expect(throws: SockDiagError.self, "\(bad)") { try Self.read(line) }
        }
        #expect(throws: SockDiagError.self) { try Self.read(whole, isIPv6: true) }
    }

    @Test("of any damaged byte is read or refused, 100,000 times")
    func damaged() {
        var generator = SeededGenerator(seed: 7)
        let whole = Array(Self.closeWait.utf8)
        for _ in 0..<100_000 {
            var line = whole
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                line[Int.random(in: line.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? SocketRecord(procNetLine: line.span.bytes, isIPv6: false)
        }
    }
}
