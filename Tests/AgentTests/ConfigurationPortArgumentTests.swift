import SockDiag
import Testing

@testable import sse_sockwatch

@Suite("The --port flag")
struct ConfigurationPortArgumentTests {
    @Test("reads ports, ranges and a name")
    func good() throws {
        #expect(try WatchArgument.parse("8080") == WatchArgument(ports: PortSet(ranges: [8080...8080])))
        #expect(
            try WatchArgument.parse("orders=8080-8090")
                == WatchArgument(name: "orders", ports: PortSet(ranges: [8080...8090]))
        )
        #expect(
            try WatchArgument.parse("9000-9003,8080").ports.ranges == [8080...8080, 9000...9003]
        )
    }

    @Test(
        "refuses what names no ports, and says what to write",
        arguments: [
            ("", "--port : `` lacks a port; write them like 8080,9000-9003"),
            ("x=", "--port x=: `` lacks a port; write them like 8080,9000-9003"),
            ("http", "--port http: `http` is not a port; write 8080, or 9000-9003 for a range"),
            ("x=80800", "--port x=80800: 80800 is not a port (1-65535)"),
            ("0", "--port 0: 0 is not a port (1-65535)"),
            ("90-80", "--port 90-80: 90-80 is reversed; write 80-90"),
            ("=80", "--port =80: `` is not a name; use 1 to 64 of a-z A-Z 0-9 _ . : -"),
            ("a b=80", "--port a b=80: `a b` is not a name; use 1 to 64 of a-z A-Z 0-9 _ . : -"),
            ("a=b=80", "--port a=b=80: `b=80` is not a port; write 8080, or 9000-9003 for a range"),
            ("٨٠", #"--port ٨٠: `\u{0668}\u{0660}` is not a port; write 8080, or 9000-9003 for a range"#),
        ]
    )
    func bad(text: String, complaint: String) {
        #expect(throws: WatchArgument.Problem(description: complaint)) { try WatchArgument.parse(text) }
    }

    @Test("takes the place of the watches of a file and keeps its defaults")
    func watching() throws {
        let file = try ConfigurationExample.parse(ConfigurationExample.full)
        let both = try file.watching([WatchArgument.parse("a=1-3"), WatchArgument.parse("4")])
        #expect(
            both.watches == [
                WatchConfiguration(name: "a", ports: PortSet(ranges: [1...3]), settings: file.defaults),
                WatchConfiguration(ports: PortSet(ranges: [4...4]), settings: file.defaults),
            ]
        )
        #expect(both.sampling == file.sampling)
        #expect(try file.watching([]) == file)
    }

    @Test(
        "is refused if two of them share a port or a name, or they name too many ports",
        arguments: [
            (["80-90", "x=85"], "--port x=85: port 85 is already in --port 80-90; remove one of the two"),
            (["x=80", "x=81"], "--port x=81: the name is used twice; choose another"),
            (["1-1025"], "--port 1-1025: more than 1024 ports in all; name fewer"),
        ]
    )
    func conflicts(texts: [String], complaint: String) throws {
        let arguments = try texts.map { try WatchArgument.parse($0) }
        #expect(throws: WatchArgument.Problem(description: complaint)) {
            try AgentConfiguration().watching(arguments)
        }
    }
}
