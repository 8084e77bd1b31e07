import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("A dump request")
struct RequestTests {
    private static let legacy = RequestDialect(walksBothFamilies: true, matchesExactly: true)
    private static let pair = RequestDialect(walksBothFamilies: false, matchesExactly: true)

    private static func bytes(_ query: SocketQuery, _ dialect: RequestDialect, sequence: UInt32 = 1) -> [[UInt8]] {
        query.requests(dialect).map {
            var request = $0
            request.setSequence(sequence)
            return request.bytes
        }
    }

    @Test("for both families is one message of the older kind")
    func legacy() {
        #expect(Self.bytes(SocketQuery(), Self.legacy, sequence: 77) == [NetlinkBytes.legacyRequest(sequence: 77)])
    }

    @Test("for each family is a pair of messages")
    func pair() {
        #expect(
            Self.bytes(SocketQuery(), Self.pair, sequence: 78) == [
                NetlinkBytes.request(sequence: 78, family: 2), NetlinkBytes.request(sequence: 78, family: 10),
            ]
        )
    }

    @Test("names the states, asks for tcp_info, and carries the program")
    func fields() throws {
        let query = SocketQuery(
            filter: PortFilter(local: try PortSet("8080")),
            states: TCPStateSet([.established, .closeWait]),
            includesTCPInfo: true
        )
        let program: [UInt8] = [12, 0, 1, 0, 11, 8, 12, 0, 0, 0, 0x90, 0x1F]
        let legacy = try #require(Self.bytes(query, Self.legacy).first)
        #expect(legacy.count == 16 + 60 + 12)
        #expect(legacy.load(UInt32.self, at: 0) == 88)
        #expect(legacy[16 + 3] == 2)
        #expect(legacy.load(UInt32.self, at: 16 + 52) == 0x102)
        #expect(Array(legacy[76...]) == program)
        for request in Self.bytes(query, Self.pair) {
            #expect(request.load(UInt32.self, at: 0) == 84)
            #expect(request[16 + 2] == 2)
            #expect(request.load(UInt32.self, at: 16 + 4) == 0x102)
            #expect(Array(request[72...]) == program)
        }
    }

    @Test("is tried in four forms, the cheapest first")
    func candidates() {
        #expect(RequestDialect.candidates.first == Self.legacy)
        #expect(Set(RequestDialect.candidates).count == 4)
    }
}
