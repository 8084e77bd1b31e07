internal import Glibc

/// Reads of procfs and sysfs. What they show can go at any moment, so everything here may find nothing.
public enum ProcFile {
    /// The text of a small file, at most `limit` bytes of it. Nil when it cannot be read or is empty.
    public static func text(of path: String, upTo limit: Int = 4096) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            while count < limit {
                let piece = read(file, buffer.baseAddress.map { $0 + count }, limit - count)
                if piece < 0 && errno == EINTR { continue }
                guard piece > 0 else { break }
                count += piece
            }
            initialized = count
        }
        return count > 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// The inode that a path leads to.
    public static func inode(of path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// The names in a directory, `.` and `..` among them.
    public static func names(in path: String) -> [String] {
        var names: [String] = []
        _ = forEachEntry(in: path) { _, name in names.append(String(cString: name)) }
        return names
    }

    /// Calls `visit` for each entry of a directory, with the directory's descriptor.
    ///
    /// - Returns: false when the directory may not be read. One that has just gone is no such directory.
    public static func forEachEntry(
        in path: String,
        _ visit: (_ directory: Int32, _ name: UnsafePointer<CChar>) -> Void
    ) -> Bool {
        guard let directory = opendir(path) else { return errno == ENOENT || errno == ESRCH }
        defer { closedir(directory) }
        let descriptor = dirfd(directory)
        while let entry = readdir(directory) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { visit(descriptor, $0) }
            }
        }
        return true
    }
}
