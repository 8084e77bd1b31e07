import NetworkLab
import Testing

@testable import SockDiag

@Suite("The table of /proc/net/tcp")
struct ProcNetTableTests {
    private static let header =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

    private static func line(_ number: Int, state: String = "01") -> String {
        let port = String(10_000 + number, radix: 16, uppercase: true)
        let rest = "00000000:00000000 00:00000000 00000000 0 0 \(number) 1 0\n"
        return "\(number): 0100007F:1F90 0100007F:\(port) \(state) \(rest)"
    }

    private static func read(
        _ folder: LabFolder,
        _ query: SocketQuery = SocketQuery()
    ) throws(SockDiagError) -> [SocketRecord] {
        var table = try ProcNetTable(directory: folder.path)
        var records: [SocketRecord] = []
        try table.dump(query) { records.append(copy $0) }
        return records
    }

    @Test("is read whole, though lines lie across the ends of reads, and again from its beginning")
    func whole() throws {
        let folder = try LabFolder()
        try folder.write(Self.header + (0..<5000).map { Self.line($0) }.joined(), to: "tcp")
        try folder.write(Self.header, to: "tcp6")
        #expect(try Self.read(folder).map(\.inode) == (0..<5000).map { UInt32($0) })
        var table = try ProcNetTable(directory: folder.path)
        for _ in 0..<2 {
            var count = 0
            try table.dump(SocketQuery()) { _ in count += 1 }
            #expect(count == 5000)
        }
    }

    @Test("without IPv6 is that of IPv4")
    func noIPv6() throws {
        let folder = try LabFolder()
        try folder.write(Self.header + Self.line(1), to: "tcp")
        #expect(try Self.read(folder).count == 1)
    }

    @Test("is asked by port and state, and for listeners alone ends where they end")
    func selection() throws {
        let folder = try LabFolder()
        let text = Self.line(1, state: "0A") + Self.line(2) + Self.line(3, state: "08") + "nonsense\n"
        try folder.write(Self.header + text, to: "tcp")
        #expect(try Self.read(folder, SocketQuery(states: .listen)).map(\.inode) == [1])
        try folder.write(Self.header + text.replacing("nonsense\n", with: ""), to: "tcp")
        #expect(try Self.read(folder, SocketQuery(states: TCPStateSet([.closeWait]))).map(\.inode) == [3])
        let other = PortFilter(local: PortSet([9]), remote: PortSet([10_002]))
        #expect(try Self.read(folder, SocketQuery(filter: other)).map(\.inode) == [2])
    }

    @Test(
        "that is empty, cut off or something else is a failure, and no empty success",
        arguments: [
            "", header + "   1: 0100007F:1F9", header + line(1) + "nonsense\n", String(repeating: "x", count: 40_000),
        ]
    )
    func broken(text: String) throws {
        let folder = try LabFolder()
        try folder.write(text, to: "tcp")
        #expect(throws: SockDiagError.self) { try Self.read(folder) }
    }

    @Test("that is not there is a failure with the system's reason")
    func missing() throws {
        let folder = try LabFolder()
        let error = #expect(throws: SockDiagError.self) { try Self.read(folder) }
        #expect(error?.description.hasSuffix("tcp: No such file or directory") == true)
    }
}
