internal import Glibc

/// Reads of procfs. A process can end at any moment, so everything here may find nothing.
enum DirectoryListing {
    static func names(in path: String) -> [String] {
        var names: [String] = []
        _ = forEachEntry(in: path) { _, name in names.append(String(cString: name)) }
        return names
    }

    /// The inode that a path leads to.
    static func inode(of path: String) -> UInt64? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// The text of a small file, at most 4 KiB of it.
    static func contents(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
            count = Glibc.read(file, buffer.baseAddress, buffer.count)
            initialized = max(0, count)
        }
        return count < 0 ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Calls `visit` for each descriptor of a process that is a socket. False when the directory may not be read.
    static func forEachSocket(in path: String, _ visit: (_ descriptor: Int32, _ inode: UInt32) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
            guard let start = target.baseAddress else { return false }
            return forEachEntry(in: path) { directory, name in
                guard let descriptor = number(name) else { return }
                let length = readlinkat(directory, name, start, target.count)
                guard length > 0, let inode = socketInode(target.extracting(..<length)) else { return }
                visit(descriptor, inode)
            }
        }
    }

    private static func forEachEntry(
        in path: String,
        _ visit: (_ directory: Int32, _ name: UnsafePointer<CChar>) -> Void
    ) -> Bool {
        guard let directory = opendir(path) else {
            // A process that has just ended is no process that may not be read.
            return errno == ENOENT || errno == ESRCH
        }
        defer { closedir(directory) }
        let descriptor = dirfd(directory)
        while let entry = readdir(directory) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { visit(descriptor, $0) }
            }
        }
        return true
    }

    private static func number(_ name: UnsafePointer<CChar>) -> Int32? {
        guard name.pointee >= 48, name.pointee <= 57 else { return nil }
        return Int32(truncatingIfNeeded: strtol(name, nil, 10))
    }

    /// The number in `socket:[12345]`.
    private static func socketInode(_ target: UnsafeMutableBufferPointer<CChar>) -> UInt32? {
        let prefix: StaticString = "socket:["
        guard target.count > prefix.utf8CodeUnitCount + 1, let start = target.baseAddress,
            memcmp(start, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
        else { return nil }
        var inode: UInt32 = 0
        for digit in target[prefix.utf8CodeUnitCount..<target.count - 1] {
            guard digit >= 48, digit <= 57 else { return nil }
            inode = inode &* 10 &+ UInt32(digit - 48)
        }
        return inode
    }
}
