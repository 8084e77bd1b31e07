internal import Glibc

/// What stands under a path.
public enum FileKind: Sendable {
    case nothing, regular, directory, other

    /// Looks where a path leads, through links. What may not be looked at counts as nothing.
    public static func of(_ path: String) -> FileKind {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .directory
        default: .other
        }
    }
}
