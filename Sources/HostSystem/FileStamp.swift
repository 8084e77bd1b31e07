internal import Glibc

/// What tells whether a file is another than before, without reading it.
public struct FileStamp: Hashable, Sendable {
    private let inode: UInt64
    private let size: Int64
    /// Nanoseconds.
    private let modified: Int64

    /// Nil for a file that is not there. The corresponding C function is `stat`.
    public init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }
}
