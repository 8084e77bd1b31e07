import HostSystem
import Testing

@testable import sse_sockwatch

@Suite("The address to listen on")
struct ListenAddressTests {
    @Test(
        "is read and written as Prometheus has it",
        arguments: [
            (":10047", "", 10047, "http://127.0.0.1:9"), ("127.0.0.1:80", "127.0.0.1", 80, "http://127.0.0.1:9"),
            ("[::1]:0", "::1", 0, "http://[::1]:9"), ("[::]:1", "::", 1, "http://127.0.0.1:9"),
            ("0.0.0.0:1", "0.0.0.0", 1, "http://127.0.0.1:9"),
            ("localhost:65535", "localhost", 65535, "http://localhost:9"),
        ]
    )
    func good(text: String, host: String, port: Int, url: String) throws {
        let address = try #require(ListenAddress(argument: text))
        #expect(address == .tcp(host: host, port: UInt16(port)))
        #expect(address.description == text)
        #expect(address.url(port: 9) == url)
    }

    @Test("can be a Unix socket, which has no URL")
    func unix() throws {
        let longest = "/" + String(repeating: "a", count: 106)
        for path in ["/run/sse-sockwatch.sock", longest] {
            let address = try #require(ListenAddress(argument: "unix:\(path)"))
            #expect(address == .unix(path: path))
            #expect(address.description == "unix:\(path)" && address.url(port: 9) == "unix:\(path)")
        }
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", ":", "10047", "127.0.0.1", ":65536", ":-1", ":+1", ":0x1", "::1:80", "[::1]", "[]:80", "[::1:80",
            "::1]:80",
            ":٨٠", "a:b:80", "unix:", "unix:relative.sock", "unix:/", "unix:/folder/",
            "unix:/" + String(repeating: "a", count: 107),
        ]
    )
    func bad(text: String) {
        #expect(ListenAddress(argument: text) == nil)
    }
}

@Suite("The time of day")
struct WallClockTests {
    @Test(
        "is written by RFC 3339, in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399.9996, "2000-02-28T23:59:59.999Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"), (1_769_903_999.123, "2026-01-31T23:59:59.123Z"),
            (4_102_444_800.5, "2100-01-01T00:00:00.500Z"),
        ]
    )
    func text(seconds: Double, text: String) {
        #expect(WallClock(seconds: seconds).text == text)
    }

    @Test(
        "is written in HTTP by RFC 9110",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777.9, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_825_600, "Tue, 29 Feb 2000 12:00:00 GMT"),
        ]
    )
    func httpDate(seconds: Double, text: String) {
        #expect(WallClock(seconds: seconds).httpDate == text)
    }
}
