import Glibc

/// A folder for a program to write files into. It is removed with what is in it, with the last reference.
public final class LabFolder: Sendable {
    public let path: String

    public init() throws {
        var template = Array("/tmp/sockwatch-lab-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LabError("make a temporary folder: errno \(errno)") }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Writes a file of the folder, in place of one that is there.
    public func write(_ text: String, to name: String) throws {
        guard let file = fopen("\(path)/\(name)", "w") else { throw LabError("write \(name): errno \(errno)") }
        defer { fclose(file) }
        let written = Array(text.utf8).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
        guard written == text.utf8.count else { throw LabError("write \(name): errno \(errno)") }
    }

    deinit {
        _ = try? Command.run("rm", "-r", "--", path)
    }
}
