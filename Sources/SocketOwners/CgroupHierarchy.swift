internal import Glibc
internal import HostSystem

/// The unified hierarchy of cgroups (version 2), whose directories' inodes are the ids that sockets carry.
public struct CgroupHierarchy: Hashable, Sendable {
    /// Where it is mounted: `/sys/fs/cgroup`, or `/sys/fs/cgroup/unified` where version 1 is mounted, too.
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// The one that this process sees. Nil where none is mounted.
    public static func mounted(procfs: String = "/proc") -> CgroupHierarchy? {
        ProcFile.text(of: "\(procfs)/self/mountinfo", upTo: 1 << 20).flatMap(Self.init(mountInfo:))
    }

    /// Finds it in `/proc/PID/mountinfo`. A mount of the hierarchy's root goes before one of a part of it.
    init?(mountInfo text: String) {
        var found: (path: String, isRoot: Bool)?
        for line in text.split(separator: "\n") {
            // ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [FIELD...] - TYPE SOURCE OPTIONS
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1,
                fields[dash + 1] == "cgroup2", found?.isRoot != true
            else { continue }
            let isRoot = fields[3] == "/"
            if found == nil || isRoot { found = (Self.unescaped(fields[4]), isRoot) }
        }
        guard let found else { return nil }
        path = found.path
    }

    /// Space, tab, newline and backslash are written as three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let code = UInt8(digits, radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Calls `visit` for every cgroup, parents first, with its path from the root, which is `/`.
    ///
    /// It costs about 30 µs for each: what is in a directory is told by the directory itself.
    func forEachCgroup(_ visit: (_ id: UInt64, _ path: String) -> Void) {
        guard let root = ProcFile.inode(of: path) else { return }
        visit(root, "/")
        var directories = [""]
        while let directory = directories.popLast() {
            guard let stream = opendir(path + directory) else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                guard entry.pointee.d_type == UInt8(DT_DIR), let name = Self.name(of: entry) else { continue }
                let path = "\(directory)/\(name)"
                visit(UInt64(entry.pointee.d_ino), path)
                directories.append(path)
            }
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
            tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        return name == "." || name == ".." ? nil : name
    }
}
