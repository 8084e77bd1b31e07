internal import Glibc
internal import HostSystem
internal import SystemPackage

/// Where a file goes that a user named. Nothing stands there before it is whole: what stood there stays if it fails.
///
/// A file is written beside its place and renamed. What is no file (a pipe, a device, `/dev/stdout`) has no beside, so
/// what goes there is kept in a file without a name until it is whole.
struct FileDestination: ~Copyable {
    private let path: String
    /// Holds what is written until it is whole.
    let draft: FileDescriptor
    /// The draft's name. Nil when it has none.
    private let draftPath: String?
    private let finalPath: String

    /// - Parameters:
    ///   - path: as the user named it; messages repeat it.
    ///   - permissions: of a new file, before the umask.
    /// - Throws: ``CommandFailure`` when nothing can be written there.
    init(_ path: String, permissions: FilePermissions) throws {
        self.path = path
        let kind = FileKind.of(path)
        // A rename would tell only when there is something to put there.
        guard kind != .directory else { throw Self.failure(path, Errno.isDirectory) }
        guard !path.isEmpty else { throw CommandFailure("the name of the file to write is empty; name one") }
        if Self.isStream(path, kind) {
            guard access(path, W_OK) == 0 else { throw Self.failure(path, Errno(rawValue: errno)) }
            var template = Array("/tmp/sse-sockwatch-XXXXXX".utf8CString)
            let number = mkstemp(&template)
            guard number >= 0 else { throw Self.failure("/tmp", Errno(rawValue: errno)) }
            unlink(template)
            draft = FileDescriptor(rawValue: number)
            draftPath = nil
            finalPath = path
            return
        }
        // What a link leads to is replaced, not the link.
        let target = Self.resolved(path) ?? path
        // Not by the process's number: in containers that is often the same, and a draft stays when a process is killed.
        let draftPath = "\(target).\(String(UInt32.random(in: 0...UInt32.max), radix: 36)).partial"
        do {
            draft = try FileDescriptor.open(
                FilePath(draftPath),
                .readWrite,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: permissions
            )
        } catch {
            throw Self.failure(path, error)
        }
        self.draftPath = draftPath
        finalPath = target
    }

    deinit {
        try? draft.close()
        // Gone already when the file is in its place.
        if let draftPath { unlink(draftPath) }
    }

    /// Puts a text there.
    func write(_ text: String) throws {
        do {
            try draft.writeAll(text.utf8)
        } catch {
            throw Self.failure(path, error)
        }
        try commit()
    }

    /// Puts the draft in its place.
    func commit() throws {
        do {
            if let draftPath {
                guard rename(draftPath, finalPath) == 0 else { throw Errno(rawValue: errno) }
            } else {
                try copyDraft()
            }
        } catch {
            throw Self.failure(path, error)
        }
    }

    private func copyDraft() throws {
        let output = try FileDescriptor.open(FilePath(finalPath), .writeOnly, options: [.truncate, .closeOnExec])
        defer { try? output.close() }
        _ = try draft.seek(offset: 0, from: .start)
        while true {
            let piece = try [UInt8](unsafeUninitializedCapacity: 256 << 10) { bytes, count in
                count = try draft.read(into: UnsafeMutableRawBufferPointer(bytes))
            }
            if piece.isEmpty { return }
            try output.writeAll(piece)
        }
    }

    /// Whether there is something that cannot be replaced. Descriptors appear as files in `/dev` and `/proc`, also when
    /// they lead to a regular one, and its other holders write on.
    private static func isStream(_ path: String, _ kind: FileKind) -> Bool {
        kind == .other || kind == .regular && (path.hasPrefix("/dev/") || path.hasPrefix("/proc/"))
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func failure(_ path: String, _ error: any Error) -> CommandFailure {
        CommandFailure("\(path): cannot write there: \(error)")
    }
}
