import FoundationEssentials
import Glibc
import NetworkLab

/// A folder of the test's own, which goes with its last reference.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/sockwatch-end-to-end-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LabError("make a folder under /tmp: errno \(errno)") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: Data(bytes)) else {
            throw LabError("cannot write \(file)")
        }
        return file
    }
}
