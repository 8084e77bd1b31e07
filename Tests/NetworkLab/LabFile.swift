import Glibc

/// A file for a program to read or write. It is removed with the last reference.
public final class LabFile: Sendable {
    public let path: String

    /// Makes an empty file, or one with this text.
    public init(_ text: String = "") throws {
        var template = Array("/tmp/sockwatch-lab-XXXXXX".utf8CString)
        let descriptor = OwnedDescriptor(try systemCall("make a temporary file") { mkstemp(&template) })
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        try Self.write(text, to: try descriptor.value())
    }

    deinit {
        unlink(path)
    }

    /// Puts this text in place of what is there.
    public func replace(with text: String) throws {
        let descriptor = OwnedDescriptor(
            try systemCall("open \(path)") { open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) }
        )
        try Self.write(text, to: try descriptor.value())
    }

    private static func write(_ text: String, to descriptor: Int32) throws(LabError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = try systemCall("write a file") {
                rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }
}
