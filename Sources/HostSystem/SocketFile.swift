internal import CHostSystem
internal import Glibc
internal import Synchronization

/// The file of a Unix socket that this process has made.
public final class SocketFile: Sendable {
    private let path: String
    private let identity: [UInt64]
    private let isThere = Mutex(true)

    /// Nil when it is gone already.
    init?(_ path: String) {
        guard let identity = Self.identity(of: path) else { return nil }
        self.path = path
        self.identity = identity
    }

    private static func identity(of path: String) -> [UInt64]? {
        var identity: [UInt64] = [0, 0, 0, 0]
        return chs_identify_file(path, &identity) == 0 ? identity : nil
    }

    /// Removes it, once, and only if nobody else has put a file in its place: a successor may listen there by now.
    ///
    /// - Returns: why it could not be removed.
    public func remove() -> SystemCallError? {
        isThere.withLock { isThere in
            guard isThere else { return nil }
            isThere = false
            guard Self.identity(of: path) == identity, unlink(path) != 0 else { return nil }
            return SystemCallError(operation: "remove \(path)", number: errno)
        }
    }
}
