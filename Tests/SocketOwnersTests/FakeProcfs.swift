import Glibc
import HostSystem
import Testing

/// A tree that looks like /proc and /sys/fs/cgroup, removed with the last reference.
final class FakeProcfs: Sendable {
    let root: String

    var procfs: String { root + "/proc" }
    var cgroupfs: String { root + "/cgroup" }

    init() throws {
        var template = Array("/tmp/sockwatch-proc-XXXXXX".utf8CString)
        root = try #require(mkdtemp(&template).map { String(cString: $0) })
        for folder in ["proc", "proc/self", "proc/self/ns", "cgroup", "namespaces"] { try makeFolder(folder) }
        for namespace in ["ours", "others"] { try write("", to: "namespaces/\(namespace)") }
        try link("proc/self/ns/net", to: root + "/namespaces/ours")
    }

    deinit {
        Self.remove(root)
    }

    /// Adds a process that holds sockets, by descriptor.
    func addProcess(
        _ pid: Int32,
        command: String = "server",
        sockets: KeyValuePairs<Int32, UInt32>,
        namespace: String = "ours",
        cgroup: String = "/",
        isReadable: Bool = true
    ) throws {
        let place = "proc/\(pid)"
        for folder in [place, place + "/ns"] { try makeFolder(folder) }
        try write(command + "\n", to: place + "/comm")
        try write("12:cpu:/other\n0::\(cgroup)\n", to: place + "/cgroup")
        try link(place + "/ns/net", to: root + "/namespaces/\(namespace)")
        guard isReadable else {
            // Root may read any folder; what no user can read as one is a file.
            return try write("", to: place + "/fd")
        }
        try makeFolder(place + "/fd")
        try link(place + "/fd/0", to: "/dev/null")
        try link(place + "/fd/1", to: "pipe:[77]")
        for (descriptor, inode) in sockets { try link(place + "/fd/\(descriptor)", to: "socket:[\(inode)]") }
    }

    /// Makes a cgroup and returns its id.
    func addCgroup(_ path: String) throws -> UInt64 {
        try makeFolder("cgroup" + path)
        return try #require(ProcFile.inode(of: cgroupfs + path))
    }

    private func makeFolder(_ path: String) throws {
        try #require(mkdir("\(root)/\(path)", 0o755) == 0, "\(path)")
    }

    private func link(_ path: String, to target: String) throws {
        try #require(symlink(target, "\(root)/\(path)") == 0, "\(path)")
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen("\(root)/\(path)", "w"))
        fputs(text, file)
        fclose(file)
    }

    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in ProcFile.names(in: path) where name != "." && name != ".." { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
