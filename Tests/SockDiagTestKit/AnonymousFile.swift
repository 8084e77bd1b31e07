internal import Glibc
public import SystemPackage

/// A file that no one else sees and that is gone when it is closed, with this value.
public struct AnonymousFile: ~Copyable {
    public let descriptor: FileDescriptor

    /// A file with these bytes, to be read from its beginning.
    public init(_ bytes: [UInt8] = []) throws {
        var path = Array("/tmp/sockdiag-test-XXXXXX".utf8CString)
        let number = mkstemp(&path)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        unlink(path)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        let opened = FileDescriptor(rawValue: number)
        do {
            try opened.writeAll(bytes)
            _ = try opened.seek(offset: 0, from: .start)
        } catch {
            try? opened.close()
            throw error
        }
        descriptor = opened
    }

    /// The next read begins at the first byte.
    public func rewind() throws {
        _ = try descriptor.seek(offset: 0, from: .start)
    }

    /// All bytes of the file.
    public func contents() throws -> [UInt8] {
        try rewind()
        var all: [UInt8] = []
        while true {
            let piece = try [UInt8](unsafeUninitializedCapacity: 64 << 10) { bytes, count in
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            if piece.isEmpty { return all }
            all += piece
        }
    }

    deinit {
        try? descriptor.close()
    }
}
