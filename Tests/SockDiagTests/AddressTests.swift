import SockDiagTestKit
import Testing

@testable import SockDiag

@Suite("An address")
struct AddressTests {
    @Test(
        "is written as RFC 5952 says",
        arguments: [
            (0, 0, "::"),
            (0, 1, "::1"),
            (0x2001_0DB8_0000_0000, 1, "2001:db8::1"),
            (0x2001_0DB8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
            (0xFE80_0000_0000_0000, 0x0202_B3FF_FE1E_8329, "fe80::202:b3ff:fe1e:8329"),
            (0, 0x0000_FFFF_C000_0201, "192.0.2.1"),
            (0, 0x0000_FFFF_0000_0000, "0.0.0.0"),
            (0, 0x0000_FFFF_FFFF_FFFF, "255.255.255.255"),
            (UInt64.max, UInt64.max, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] as [(UInt64, UInt64, String)]
    )
    func text(high: UInt64, low: UInt64, text: String) {
        #expect(IPAddress(high: high, low: low).description == text)
    }

    @Test("knows loopback and any")
    func kinds() {
        #expect(IPAddress(ipv4: 0x7F00_0001).isLoopback)
        #expect(IPAddress(ipv4: 0x7FFF_FFFF).isLoopback)
        #expect(!IPAddress(ipv4: 0x8000_0001).isLoopback)
        #expect(IPAddress(high: 0, low: 1).isLoopback)
        #expect(!IPAddress(high: 1, low: 1).isLoopback)
        #expect(IPAddress(ipv4: 0).isUnspecified)
        #expect(IPAddress(high: 0, low: 0).isUnspecified)
        #expect(!IPAddress(high: 0, low: 1).isUnspecified)
        #expect(!IPAddress(high: 0, low: 0).isIPv4)
    }

    @Test("with a port is written with brackets for IPv6, and a star for any port")
    func endpoints() {
        #expect(SocketEndpoint(address: IPAddress(ipv4: 0), port: 80).description == "0.0.0.0:80")
        #expect(SocketEndpoint(address: IPAddress(high: 0, low: 0), port: 0).description == "[::]:*")
    }
}

@Suite("A TCP state")
struct StateTests {
    @Test(
        "is read in the ways that people write it",
        arguments: [
            ("close-wait", TCPState.closeWait), ("CLOSE_WAIT", .closeWait), ("closewait", .closeWait),
            ("ESTAB", .established), ("established", .established), ("FIN-WAIT-1", .finWait1), ("fin_wait2", .finWait2),
            ("time-wait", .timeWait), ("syn-recv", .synReceived), ("SYN_RECEIVED", .synReceived), ("listen", .listen),
            ("listening", .listen), ("unconn", .close), ("closed", .close), ("closing", .closing),
            ("last-ack", .lastAck), ("syn-sent", .synSent),
        ]
    )
    func names(name: String, state: TCPState) {
        #expect(TCPState(name: name) == state)
    }

    @Test("is not any word", arguments: ["", "-", "wait", "state_1", "new_syn_recv"])
    func noNames(name: String) {
        #expect(TCPState(name: name) == nil)
    }

    @Test("reads back each of its names", arguments: TCPState.allKnown)
    func roundTrip(state: TCPState) {
        #expect(TCPState(name: state.label) == state)
        #expect(TCPState(name: state.description) == state)
        #expect(TCPState(name: state.ssName) == state)
    }

    @Test("has its bit in the request")
    func sets() {
        #expect(TCPStateSet([.established]).rawValue == 2)
        #expect(TCPStateSet.listen.rawValue == 1024)
        #expect(TCPState.allKnown.allSatisfy { TCPStateSet.all.contains($0) })
        #expect(!TCPStateSet.all.contains(TCPState(rawValue: 13)), "BOUND_INACTIVE ignores the port filter")
        #expect(Set(TCPState.allKnown).subtracting(TCPState.connectionStates) == [.listen])
    }
}
