internal import HostSystem

/// Reads a configuration file into memory.
enum ConfigurationFile {
    /// The bytes of the file at `path`.
    ///
    /// - Throws: why it cannot be read. Of a file that is too large one byte more than allowed is read, which tells it
    ///   from one that just fits.
    static func read(_ path: String) throws(ConfigurationProblem) -> [UInt8] {
        do throws(SystemCallError) {
            return try WholeFile.read(path, upTo: YAMLNode.sizeLimit + 1)
        } catch {
            throw ConfigurationProblem(at: nil, message(error))
        }
    }

    private static func message(_ error: SystemCallError) -> String {
        if error.isMissingFile { return "no such file; check the path" }
        if error.isDenied { return "no permission to read it; the agent's user needs read access" }
        if error.isDirectory { return "is a directory; name the file in it" }
        return "\(error)"
    }
}
