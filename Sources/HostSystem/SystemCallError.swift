internal import Glibc

/// A system call that failed.
public struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted, as in "cannot ...".
    public let operation: String
    /// The system's error number.
    public let number: Int32

    public init(operation: String, number: Int32) {
        self.operation = operation
        self.number = number
    }

    /// The system's words for the error: `No such file or directory`.
    public var reason: String { String(cString: strerror(number)) }

    public var description: String { "cannot \(operation): \(reason)" }

    public var isMissingFile: Bool { number == ENOENT }
    public var isDenied: Bool { number == EACCES || number == EPERM }
    public var isDirectory: Bool { number == EISDIR }
}
