internal import Glibc

/// Reads files that people name.
public enum WholeFile {
    /// The bytes of a file, up to `limit` of them. The corresponding C functions are `open` and `read`.
    ///
    /// - Throws: why it cannot be read; a directory is an error.
    public static func read(_ path: String, upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        let file = Int32(try retrying("open it") { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) })
        defer { close(file) }
        return try read(file, upTo: limit)
    }

    /// The bytes of standard input, up to `limit` of them.
    ///
    /// - Throws: why it cannot be read.
    public static func readStandardInput(upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        try read(STDIN_FILENO, upTo: limit)
    }

    private static func read(_ file: Int32, upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
        defer { chunk.deallocate() }
        while bytes.count < limit {
            let wanted = min(chunk.count, limit - bytes.count)
            let count = try retrying("read it") { Glibc.read(file, chunk.baseAddress, wanted) }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk.prefix(count))
        }
        return bytes
    }

    private static func retrying<Result: FixedWidthInteger>(
        _ operation: String,
        _ body: () -> Result
    ) throws(SystemCallError) -> Int {
        while true {
            let result = body()
            if result >= 0 { return Int(result) }
            if errno != EINTR { throw SystemCallError(operation: operation, number: errno) }
        }
    }
}
