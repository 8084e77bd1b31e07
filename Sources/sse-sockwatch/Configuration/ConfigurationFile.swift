import Glibc

/// Reads a configuration file into memory.
enum ConfigurationFile {
    /// The bytes of the file at `path`. The corresponding C functions are `open`, `fstat` and `read`.
    /// - Throws: why it cannot be read. A file larger than ``YAMLNode/sizeLimit`` is refused without reading it all.
    static func read(_ path: String) throws(ConfigurationProblem) -> [UInt8] {
        let descriptor = try retrying("open") { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        defer { _ = close(Int32(descriptor)) }
        var status = stat()
        _ = try retrying("stat") { fstat(Int32(descriptor), &status) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw ConfigurationProblem(at: nil, "is a directory; name the file in it")
        }
        var bytes: [UInt8] = []
        // One byte more than allowed tells a file that is too large from one that just fits.
        let room = YAMLNode.sizeLimit + 1
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
        defer { chunk.deallocate() }
        while bytes.count < room {
            let wanted = min(chunk.count, room - bytes.count)
            let count = try retrying("read") { Glibc.read(Int32(descriptor), chunk.baseAddress, wanted) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return bytes
    }

    private static func retrying<Result: FixedWidthInteger>(
        _ operation: String,
        _ body: () -> Result
    ) throws(ConfigurationProblem) -> Int {
        while true {
            let result = body()
            if result >= 0 { return Int(result) }
            let code = errno
            if code == EINTR { continue }
            throw ConfigurationProblem(at: nil, message(operation, code))
        }
    }

    private static func message(_ operation: String, _ code: Int32) -> String {
        switch code {
        case ENOENT: "no such file; check the path"
        case EACCES: "no permission to read it; the agent's user (uid \(geteuid())) needs read access"
        case EISDIR: "is a directory; name the file in it"
        default: "cannot \(operation) it: \(String(cString: strerror(code)))"
        }
    }
}
