import CNetworkLab
import Glibc

/// Where a program's output goes: a file without a name, so that nothing has to be drained and nothing be cleaned up.
struct CapturedOutput: Sendable {
    let descriptor: OwnedDescriptor

    init() throws(LabError) {
        descriptor = OwnedDescriptor(try systemCall("make an anonymous file") { lab_anonymous_file("output") })
    }

    /// Everything written up to now. Bytes that are not UTF-8 are repaired.
    var text: String {
        guard let number = try? descriptor.value() else { return "" }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = pread(number, &chunk, chunk.count, bytes.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
