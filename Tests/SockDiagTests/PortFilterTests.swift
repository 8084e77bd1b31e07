import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("The in-kernel port filter")
struct PortFilterTests {
    /// `count` ranges that do not touch, about half of them single ports.
    static func ports(_ count: Int, using generator: inout SeededGenerator) -> PortSet {
        var bounds: Set<UInt16> = []
        while bounds.count < count * 2 { bounds.insert(UInt16.random(in: 0...32767, using: &generator) * 2) }
        let sorted = bounds.sorted()
        return PortSet(
            ranges: (0..<count).map { index in
                let lower = sorted[index * 2]
                return lower...(Bool.random(using: &generator) ? lower : sorted[index * 2 + 1])
            }
        )
    }

    /// Every edge of every range with its neighbours, the ends of the port space, and some in between.
    static func interesting(_ ports: PortSet, using generator: inout SeededGenerator) -> [UInt16] {
        var result: Set<UInt16> = [0, 1, 65534, 65535]
        for bound in ports.ranges.flatMap({ [$0.lowerBound, $0.upperBound] }) {
            result.formUnion([bound &- 1, bound, bound &+ 1])
        }
        for _ in 0..<20 { result.insert(UInt16.random(in: 0...65535, using: &generator)) }
        return result.sorted()
    }

    private static func mismatch(_ filter: PortFilter, _ program: FilterProgram, _ pairs: [(UInt16, UInt16)]) -> String?
    {
        pairs.first { program.accepts(local: $0, remote: $1) != filter.matches(localPort: $0, remotePort: $1) }
            .map { "local \($0), remote \($1)" }
    }

    enum Side: CaseIterable { case local, remote, both }

    @Test(
        "does what the filter says, for 1 to 32 ranges",
        arguments: Array(1...PortFilter.maximumRanges),
        Side.allCases
    )
    func equality(count: Int, side: Side) {
        var generator = SeededGenerator(seed: UInt64(count))
        let localCount = side == .local ? count : side == .remote ? 0 : count / 2
        let local = Self.ports(localCount, using: &generator)
        let remote = Self.ports(count - localCount, using: &generator)
        let filter = PortFilter(local: local, remote: remote)
        #expect(!filter.isCoarseInKernel)
        // Each side is tried with the other one missing and hitting.
        let missed = { (ports: PortSet) in (0...65535).first { !ports.contains($0) } ?? 0 }
        var pairs: [(UInt16, UInt16)] = []
        for port in Self.interesting(local, using: &generator) {
            pairs += [(port, missed(remote)), (port, remote.cover?.upperBound ?? 1)]
        }
        for port in Self.interesting(remote, using: &generator) {
            pairs += [(missed(local), port), (local.cover?.lowerBound ?? 1, port)]
        }
        for exactMatch in [true, false] {
            let program = FilterProgram(filter.bytecode(exactMatch: exactMatch))
            #expect(program.refusal == nil)
            #expect(Self.mismatch(filter, program, pairs) == nil)
        }
    }

    @Test(
        "does what the filter says, for all 65,536 ports",
        arguments: ["80", "80,443", "1-1023,8080,9000-9003,65535"]
    )
    func everyPort(text: String) throws {
        let ports = try PortSet(text)
        for filter in [PortFilter(local: ports), PortFilter(local: .empty, remote: ports)] {
            let program = FilterProgram(filter.bytecode(exactMatch: true))
            let pairs = (0...65535).map { (UInt16($0), UInt16(65535 - $0)) }
            #expect(program.refusal == nil)
            #expect(Self.mismatch(filter, program, pairs) == nil)
        }
    }

    @Test("is as short as can be")
    func goldenPrograms() throws {
        func hex(_ filter: PortFilter, exactMatch: Bool) -> String {
            let bytes = filter.bytecode(exactMatch: exactMatch)
            return stride(from: 0, to: bytes.count, by: 4)
                .map { "\(bytes[$0])/\(bytes[$0 + 1])/\(bytes.load(UInt16.self, at: $0 + 2))" }.joined(separator: " ")
        }
        let one = PortFilter(local: try PortSet("8080"))
        #expect(hex(one, exactMatch: true) == "11/8/12 0/0/8080")
        #expect(hex(one, exactMatch: false) == "2/8/20 0/0/8080 3/8/12 0/0/8080")
        let both = PortFilter(local: try PortSet("8080-8090"), remote: try PortSet("443"))
        #expect(hex(both, exactMatch: true) == "2/8/20 0/0/8080 3/8/12 0/0/8090 1/4/12 12/8/12 0/0/443")
    }

    @Test(
        "of more than 32 ranges covers them, and records are looked at again",
        arguments: [33, 64, 500],
        Side.allCases
    )
    func cover(count: Int, side: Side) {
        var generator = SeededGenerator(seed: UInt64(count))
        let localCount = side == .local ? count : side == .remote ? 0 : count / 2
        let local = Self.ports(localCount, using: &generator)
        let remote = Self.ports(count - localCount, using: &generator)
        let filter = PortFilter(local: local, remote: remote)
        #expect(filter.isCoarseInKernel)
        let bytecode = filter.bytecode(exactMatch: true)
        #expect(bytecode.count <= 36, "one range a side")
        let program = FilterProgram(bytecode)
        #expect(program.refusal == nil)
        for _ in 0..<20_000 {
            let (here, there) = (
                UInt16.random(in: 0...65535, using: &generator), UInt16.random(in: 0...65535, using: &generator)
            )
            let isCovered = local.cover?.contains(here) == true || remote.cover?.contains(there) == true
            guard program.accepts(local: here, remote: there) == isCovered,
                isCovered || !filter.matches(localPort: here, remotePort: there)
            else {
                Issue.record("local \(here), remote \(there)")
                return
            }
        }
    }

    @Test("lets everything pass when no port is chosen")
    func all() {
        #expect(PortFilter.all.bytecode(exactMatch: true).isEmpty)
        #expect(!PortFilter.all.isCoarseInKernel)
        #expect(!PortFilter.all.isEmpty)
        #expect(PortFilter.all.matches(localPort: 0, remotePort: 65535))
    }

    @Test("of no port matches nothing")
    func none() {
        let filter = PortFilter(local: .empty)
        #expect(filter.isEmpty)
        #expect((0...65535).allSatisfy { !filter.matches(localPort: UInt16($0), remotePort: UInt16($0)) })
    }
}

@Suite("The test's model of the kernel's checker")
struct FilterProgramTests {
    @Test(
        "refuses what breaks a rule",
        arguments: [
            ([], "shorter than an operation"),
            ([11, 8, 12, 0, 0, 0], "does not end with an operation"),
            ([11, 8, 8, 0], "no port at 0"),
            ([200, 4, 4, 0], "unknown operation at 0"),
            ([11, 8, 16, 0, 0, 0, 80, 0], "bad no at 0"),
            ([11, 8, 4, 0, 0, 0, 80, 0], "bad no at 0"),
            ([11, 4, 12, 0, 0, 0, 80, 0], "bad yes at 0"),
            ([11, 12, 12, 0, 0, 0, 80, 0], "the yes chain passes the end"),
            ([1, 4, 8, 0, 11, 8, 12, 0, 0, 0, 80, 0], "no of 0 is unreachable"),
        ] as [([UInt8], String)]
    )
    func refusal(bytes: [UInt8], reason: String) {
        #expect(FilterProgram(bytes).refusal == reason)
    }

    @Test("tells programs apart")
    func controls() {
        let program = FilterProgram([11, 8, 12, 0, 0, 0, 80, 0])
        #expect(program.refusal == nil)
        #expect(program.accepts(local: 80, remote: 1))
        #expect(!program.accepts(local: 81, remote: 80))
    }
}
