import Glibc
import HostSystem
import NetworkLab
import SockDiag
import Testing

@testable import SocketOwners

/// A cgroup of the test's own, removed with its last reference.
final class LabCgroup {
    static let hierarchy = CgroupHierarchy.mounted()

    /// Why cgroups cannot be made here, or nil if they can.
    static let unavailable: String? = {
        guard let hierarchy else { return "no cgroup v2 is mounted" }
        let probe = "\(hierarchy.path)/sockwatch-probe-\(getpid())"
        guard mkdir(probe, 0o755) == 0 else { return "\(hierarchy.path): \(String(cString: strerror(errno)))" }
        rmdir(probe)
        return nil
    }()

    let name: String
    private let directory: String
    /// Those that were made, the innermost last.
    private var made: [String] = []

    /// - Parameter path: what follows `/sockwatch-PID-RANDOM/`, several levels with `/`.
    init(_ path: String) throws {
        name = "/sockwatch-\(getpid())-\(UInt32.random(in: 0 ... .max))/\(path)"
        directory = (Self.hierarchy?.path ?? "") + name
        var level = Self.hierarchy?.path ?? ""
        for part in name.split(separator: "/") {
            level += "/\(part)"
            guard mkdir(level, 0o755) == 0 else { throw LabError("mkdir \(level): errno \(errno)") }
            made.append(level)
        }
    }

    deinit {
        for level in made.reversed() {
            // A cgroup is busy for a moment after its last process has ended.
            for _ in 0..<1000 where rmdir(level) != 0 && errno == EBUSY { usleep(1000) }
        }
    }

    var id: UInt64? { ProcFile.inode(of: directory) }

    /// Runs a program that is moved here before it begins.
    func run(_ program: String, _ arguments: [String], in namespace: LabNamespace) throws -> LabProcess {
        let script = "echo $$ > \"$0/cgroup.procs\" && exec \"$@\""
        return try LabProcess("sh", ["-c", script, directory, program] + arguments, in: namespace)
    }
}

@Suite(
    "A directory of services",
    .networkNamespaces,
    .enabled(if: LabCgroup.unavailable == nil, "cgroups cannot be made: \(LabCgroup.unavailable ?? "")"),
    .serialized
)
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
        var id: UInt64?
        do {
            let cgroup = try LabCgroup("gone.service")
            id = cgroup.id
            #expect(directory.service(ofCgroup: try #require(id), at: 0).description == "gone.service")
        }
        for step in 0..<1000 {
            let now = Int64(step) * 1_000_000
            #expect(directory.service(ofCgroup: .max, at: now) == .unknown)
            #expect(directory.service(ofCgroup: try #require(id), at: now).description == "gone.service")
        }
        #expect(directory.walks == 1)
        #expect(directory.service(ofCgroup: .max, at: 10_000_000_000) == .unknown)
        #expect(directory.walks == 2)
        #expect(directory.service(ofCgroup: try #require(id), at: 10_000_000_000).description == "gone.service")
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
