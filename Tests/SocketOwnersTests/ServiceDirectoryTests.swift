import Glibc
import NetworkLab
import SockDiag
import Testing

@testable import SocketOwners

@Suite("A directory of services", .networkNamespaces, .cgroups, .serialized)
struct ServiceDirectoryTests {
    private static let container = String(repeating: "0123456789abcdef", count: 4)

    private static let listen = """
        import socket, time
        listener = socket.create_server(("127.0.0.1", 0))
        print("listening", flush=True)
        time.sleep(60)
        """

    private static func listener(in namespace: LabNamespace) throws -> SocketRecord {
        var dumper = try namespace.perform { try SocketDumper() }
        var records: [SocketRecord] = []
        try dumper.dump(SocketQuery(states: .listen)) { records.append(copy $0) }
        return try #require(records.count == 1 ? records.first : nil)
    }

    @Test(
        "names the service of a listener in a cgroup that was made after the first walk",
        arguments: [
            ("web.service", "web.service"),
            ("user@1000.service/app.slice/feed@1.service", "feed@1.service"),
            ("docker/\(container)", "docker:0123456789ab"),
            ("docker-\(container).scope/system.slice/nginx.service", "docker:0123456789ab/nginx.service"),
            ("deep/in/the/tree", nil),
        ]
    )
    func listener(path: String, expected: String?) async throws {
        var directory = ServiceDirectory(interval: 10)
        #expect(directory.service(ofCgroup: 1, at: 0) == .root)
        let cgroup = try LabCgroup(path)
        let namespace = try LabNamespace()
        let process = try cgroup.run("python3", ["-c", Self.listen], in: namespace)
        try await process.waitForLine(containing: "listening")
        let id = try #require(try Self.listener(in: namespace).cgroupID)
        #expect(id == cgroup.id)
        #expect(directory.service(ofCgroup: id, at: 9_999_999_999) == .unknown, "too soon for another walk")
        let name = directory.service(ofCgroup: id, at: 10_000_000_000)
        #expect(name.description == expected ?? cgroup.name)
        try process.signal(SIGKILL)
        try await process.waitForEnd()
    }

    @Test("walks once for any number of lookups, and remembers a cgroup that has gone")
    func walks() throws {
        var directory = ServiceDirectory(interval: 10)
        let cgroup = try LabCgroup("gone.service")
        let id = try #require(cgroup.id)
        #expect(directory.service(ofCgroup: id, at: 0).description == "gone.service")
        cgroup.remove()
        for step in 0..<1000 {
            let now = Int64(step) * 1_000_000
            #expect(directory.service(ofCgroup: .max, at: now) == .unknown)
            #expect(directory.service(ofCgroup: id, at: now).description == "gone.service")
        }
        #expect(directory.walks == 1)
        #expect(directory.service(ofCgroup: .max, at: 10_000_000_000) == .unknown)
        #expect(directory.walks == 2)
        #expect(directory.service(ofCgroup: id, at: 10_000_000_000).description == "gone.service")
    }

    @Test("walks for all ids at once, and for those that it did not find only after sixty intervals")
    func missing() throws {
        var directory = ServiceDirectory(interval: 10)
        let cgroup = try LabCgroup("web.service")
        let id = try #require(cgroup.id)
        let ids: Set<UInt64> = [id, .max, .max - 1, .max - 2]
        for second in 0..<600 {
            let services = directory.services(ofCgroups: ids, at: Int64(second) * 1_000_000_000)
            #expect(services.mapValues(\.description) == [id: "web.service"])
        }
        #expect(directory.walks == 1)
        // One that was not met before is looked for at once.
        _ = directory.service(ofCgroup: .max - 3, at: 599_000_000_000)
        #expect(directory.walks == 2)
        _ = directory.services(ofCgroups: ids, at: 609_000_000_000)
        #expect(directory.walks == 3)
    }
}

@Suite("Without cgroups")
struct NoCgroupsTests {
    @Test("the root is known and nothing else")
    func nothing() {
        for hierarchy in [nil, CgroupHierarchy(path: "/nonexistent")] {
            var directory = ServiceDirectory(hierarchy: hierarchy)
            #expect(directory.service(ofCgroup: 1, at: 0) == .root)
            #expect(directory.service(ofCgroup: 42, at: 0) == .unknown)
        }
    }
}
