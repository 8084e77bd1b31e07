internal import Glibc
internal import HostSystem

/// Finds the sockets among a process's descriptors.
enum DescriptorListing {
    /// Calls `visit` for each descriptor of a process that is a socket. False when the directory may not be read.
    static func forEachSocket(in path: String, _ visit: (_ descriptor: Int32, _ inode: UInt32) -> Void) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
            guard let start = target.baseAddress else { return false }
            return ProcFile.forEachEntry(in: path) { directory, name in
                guard let descriptor = number(name) else { return }
                let length = readlinkat(directory, name, start, target.count)
                guard length > 0, let inode = socketInode(target.extracting(..<length)) else { return }
                visit(descriptor, inode)
            }
        }
    }

    /// The inode of the socket that a descriptor's path leads to. Nil when it is no socket, or is no more.
    static func socket(at path: String) -> UInt32? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
            guard let start = target.baseAddress else { return nil }
            let length = readlink(path, start, target.count)
            return length > 0 ? socketInode(target.extracting(..<length)) : nil
        }
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
