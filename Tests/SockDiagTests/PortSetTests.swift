import SockDiag
import SockDiagTestKit
import Testing

@Suite("A set of ports")
struct PortSetTests {
    @Test(
        "is read, merged and written in one form",
        arguments: [
            ("8080", "8080"),
            ("8080,9000-9003", "8080,9000-9003"),
            ("9000-9003,8080", "8080,9000-9003"),
            ("1-65535", "1-65535"),
            ("5-5", "5"),
            ("80,81", "80-81"),
            ("80,82", "80,82"),
            ("10-20,15-30", "10-30"),
            ("10-30,15-20", "10-30"),
            ("10-20,21-30,40", "10-30,40"),
            ("7,7,7", "7"),
            ("65534-65535,65535", "65534-65535"),
            (" 80 , 90 - 91 ", "80,90-91"),
        ]
    )
    func reading(text: String, canonical: String) throws {
        let ports = try PortSet(text)
        #expect(ports.description == canonical)
        #expect(try PortSet(ports.description) == ports)
    }

    @Test(
        "that is no set is refused with the reason",
        arguments: [
            ("", "`` lacks a port; write them like 8080,9000-9003"),
            ("80,", "`80,` lacks a port; write them like 8080,9000-9003"),
            (",80", "`,80` lacks a port; write them like 8080,9000-9003"),
            ("80,,81", "`80,,81` lacks a port; write them like 8080,9000-9003"),
            ("0", "0 is not a port (1-65535)"),
            ("65536", "65536 is not a port (1-65535)"),
            ("80800,80", "80800 is not a port (1-65535)"),
            ("0-10", "0 is not a port (1-65535)"),
            ("99999999999999999999", "99999999999999999999 is not a port (1-65535)"),
            ("80-", "`80-` is not a port; write 8080, or 9000-9003 for a range"),
            ("-80", "`-80` is not a port; write 8080, or 9000-9003 for a range"),
            ("+80", "`+80` is not a port; write 8080, or 9000-9003 for a range"),
            ("http", "`http` is not a port; write 8080, or 9000-9003 for a range"),
            ("0x50", "`0x50` is not a port; write 8080, or 9000-9003 for a range"),
            ("8٠", #"`8\u{0660}` is not a port; write 8080, or 9000-9003 for a range"#),
            ("8\u{1B}[31m", #"`8\u{1B}[31m` is not a port; write 8080, or 9000-9003 for a range"#),
            ("1-2-3", "`1-2-3` is not a port; write 8080, or 9000-9003 for a range"),
            ("0080", "0080 has a leading zero; write 80"),
            ("9003-9000", "9003-9000 is reversed; write 9000-9003"),
        ]
    )
    func refusing(text: String, reason: String) throws {
        let error = #expect(throws: PortSetError.self) { try PortSet(text) }
        #expect(error?.description == reason)
    }

    @Test("holds exactly the ports of its ranges", arguments: 0..<20 as Range<UInt64>)
    func membership(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var members = [Bool](repeating: false, count: 65536)
        var ranges: [ClosedRange<UInt16>] = []
        for _ in 0..<Int.random(in: 0...40, using: &generator) {
            let lower = UInt16.random(in: 0...65535, using: &generator)
            let upper = UInt16(min(65535, Int(lower) + Int.random(in: 0...2000, using: &generator)))
            ranges.append(lower...upper)
            for port in lower...upper { members[Int(port)] = true }
        }
        let ports = PortSet(ranges: ranges)
        #expect((0...65535).allSatisfy { ports.contains(UInt16($0)) == members[$0] })
        #expect(ports.count == members.count { $0 })
        #expect(ports.isEmpty == !members.contains(true))
        #expect(ports.cover?.lowerBound == members.firstIndex(of: true).map(UInt16.init))
        #expect(ports.cover?.upperBound == members.lastIndex(of: true).map(UInt16.init))
        for (left, right) in zip(ports.ranges, ports.ranges.dropFirst()) {
            #expect(Int(left.upperBound) + 1 < Int(right.lowerBound), "ranges are sorted and do not touch")
        }
    }

    @Test("of every port has 65536 of them")
    func everything() {
        let ports = PortSet(ranges: [0...65535])
        #expect(ports.count == 65536)
        #expect(ports.contains(0) && ports.contains(65535))
    }

    @Test("may be empty")
    func empty() {
        #expect(PortSet.empty.isEmpty)
        #expect(PortSet.empty.count == 0)
        #expect(PortSet.empty.cover == nil)
        #expect(!PortSet.empty.contains(80))
        #expect(PortSet.empty.description == "")
        #expect(PortSet([UInt16]()) == .empty)
    }
}
