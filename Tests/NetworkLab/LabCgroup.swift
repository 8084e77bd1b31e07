import Glibc

/// A cgroup (version 2) of the test's own, in another one that is named after the test process. Removed by
/// ``remove()``, or with the last reference.
public final class LabCgroup: Sendable {
    /// The path from the root of the hierarchy, as `/proc/PID/cgroup` has it.
    public let name: String
    /// The directory.
    public let path: String
    /// Those that were made, the innermost last.
    private let made: [String]

    /// Makes the cgroup, and those above it.
    ///
    /// - Parameter path: what follows `/sockwatch-PID-N/`, several levels with `/`.
    public init(_ path: String) throws {
        guard let root = Self.root else { throw LabError("no cgroup v2 is mounted") }
        name = "/\(LabNamespaceName.next())/\(path)"
        self.path = root + name
        made = name.split(separator: "/").reduce(into: []) { $0.append("\($0.last ?? root)/\($1)") }
        // If one of these throws, deinit removes the others.
        for level in made { try systemCall("make the cgroup \(level)") { mkdir(level, 0o755) } }
    }

    deinit {
        remove()
    }

    /// Kills what still runs in it (Linux 5.14), and waits, a second at most: a cgroup is busy for a moment after its
    /// last process.
    public func remove() {
        if let outermost = made.first { try? Self.write("1", to: "\(outermost)/cgroup.kill") }
        for level in made.reversed() {
            for _ in 0..<1000 where rmdir(level) != 0 && errno == EBUSY { usleep(1000) }
        }
    }

    /// The id that sockets carry: the inode of the directory.
    public var id: UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Runs a program that is moved here before it begins.
    public func run(_ program: String, _ arguments: [String], in namespace: LabNamespace) throws -> LabProcess {
        let script = "echo $$ > \"$0/cgroup.procs\" && exec \"$@\""
        return try LabProcess("sh", ["-c", script, path, program] + arguments, in: namespace)
    }

    /// Moves a program from here to the root, so that the cgroup can be removed before the program's sockets are.
    public func evict(_ process: LabProcess) throws {
        try Self.write("\(process.identifier)", to: "\(Self.root ?? "")/cgroup.procs")
    }

    private static func write(_ text: String, to file: String) throws {
        let descriptor = OwnedDescriptor(try systemCall("open \(file)") { open(file, O_WRONLY | O_CLOEXEC) })
        let number = try descriptor.value()
        try systemCall("write \(text) to \(file)") { Glibc.write(number, text, text.utf8.count) }
    }

    /// Why cgroups cannot be made here, or nil if they can: for `.enabled(if:)`.
    public static let unavailable: String? = {
        guard let root else { return "no cgroup v2 is mounted" }
        removeStale(in: root)
        let probe = "\(root)/\(LabNamespaceName.next())"
        guard mkdir(probe, 0o755) == 0 else { return "\(root): \(String(cString: strerror(errno)))" }
        rmdir(probe)
        return nil
    }()

    /// Where the hierarchy is mounted: `/sys/fs/cgroup`, or `/sys/fs/cgroup/unified` beside version 1.
    private static let root: String? = {
        let mounts = (try? Command.run("cat", "/proc/self/mountinfo")) ?? ""
        let mount = mounts.split(separator: "\n").first { $0.contains(" - cgroup2 ") }
        return mount.map { String($0.split(separator: " ")[4]) }
    }()

    /// Removes those of test processes that were killed, as far as no process is in them.
    private static func removeStale(in root: String) {
        let names = (try? Command.run("ls", root))?.split(separator: "\n") ?? []
        for name in names where LabNamespaceName.isStale(String(name)) {
            _ = try? Command.run("find", "\(root)/\(name)", "-depth", "-type", "d", "-exec", "rmdir", "{}", ";")
        }
    }
}
