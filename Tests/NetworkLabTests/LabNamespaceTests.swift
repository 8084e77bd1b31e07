import Glibc
import Testing

@testable import NetworkLab

@Suite("A namespace of the laboratory", .networkNamespaces)
struct LabNamespaceTests {
    @Test("is removed with its last reference, also when the test fails")
    func removedOnFailure() throws {
        var name = ""
        #expect(throws: LabError.self) {
            let namespace = try LabNamespace()
            name = namespace.name
            #expect(try Self.names().contains(name))
            throw LabError("the test fails")
        }
        #expect(!name.isEmpty)
        #expect(try !Self.names().contains(name))
    }

    @Test("is not left behind when its set-up fails")
    func removedOnFailedSetUp() throws {
        let failure = #expect(throws: LabError.self) { try LabNamespace(addresses: ["300.0.0.1/8"]) }
        // "ip -n NAME address add 300.0.0.1/8 ..."
        let words = try #require(failure).description.split(separator: " ").map(String.init)
        let name = try #require(words.dropFirst(2).first)
        #expect(LabNamespaceName.owner(of: name) == getpid())
        #expect(try !Self.names().contains(name))
    }

    @Test("has IPv4 and IPv6 loopback and the addresses asked for, ready at once")
    func addresses() throws {
        let namespace = try LabNamespace(addresses: ["192.0.2.1/32", "2001:db8::1/128"])
        for address in ["127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"] {
            let listener = try namespace.listen(on: Endpoint(address, 0))
            let (client, _) = try namespace.connection(through: listener)
            #expect(try client.remote == listener.local)
        }
    }

    @Test("keeps its sockets apart: one port can be listened on in two of them")
    func separate() throws {
        let first = try LabNamespace()
        let second = try LabNamespace()
        let listener = try first.listen()
        let port = try listener.local.port
        let other = try second.listen(on: Endpoint("127.0.0.1", port))
        #expect(try other.local == listener.local)
        #expect(throws: LabError.self) { try first.listen(on: Endpoint("127.0.0.1", port)) }
    }

    @Test("is entered by the work and not by the calling thread")
    func entersOnOwnThread() throws {
        let namespace = try LabNamespace()
        let outside = try Self.currentNamespace()
        let inside = try namespace.perform { try Self.currentNamespace() }
        #expect(inside != outside)
        #expect(try Self.currentNamespace() == outside)
    }

    @Test("hands on what the work throws")
    func handsOnErrors() throws {
        let namespace = try LabNamespace()
        let failure = #expect(throws: LabError.self) { try namespace.perform { throw LabError("from inside") } }
        #expect(failure?.description == "from inside")
    }

    @Test("of a dead test process is removed by the next run, with what still runs in it")
    func removesStale() async throws {
        let dead = try LabProcess("true")
        try await dead.waitForEnd()
        let name = "sockwatch-\(dead.identifier)-1"
        try Command.run("ip", "netns", "add", name)
        let left = try LabProcess("ip", ["netns", "exec", name, "tail", "-f", "/dev/null"])
        try await eventually("the process is in the namespace") {
            try Command.run("ip", "netns", "pids", name).trimmedEnd == "\(left.identifier)"
        }

        LabNamespaceName.removeStale()

        #expect(try !Self.names().contains(name))
        #expect(try await left.waitForEnd() == .killed(signal: SIGKILL))
    }

    @Test(
        "is known as the laboratory's by its name alone",
        arguments: [
            ("sockwatch-123-4", 123), ("sockwatch-123", nil), ("sockwatch-x-1", nil), ("sockwatch--1-1", nil),
            ("sockwatch-0-1", nil), ("sockwatch-1-2-3", nil), ("other-123-4", nil),
        ] as [(String, pid_t?)]
    )
    func owner(name: String, owner: pid_t?) {
        #expect(LabNamespaceName.owner(of: name) == owner)
    }

    private static func names() throws -> Set<String> {
        let lines = try Command.run("ip", "netns", "list").split(separator: "\n")
        return Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
    }

    private static func currentNamespace() throws -> String {
        var target = [CChar](repeating: 0, count: 64)
        try systemCall("ask for the namespace") { readlink("/proc/thread-self/ns/net", &target, target.count - 1) }
        return String(decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
