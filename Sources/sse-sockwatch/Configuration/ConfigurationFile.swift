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
            throw ConfigurationProblem(at: nil, error.advice)
        }
    }
}

extension SystemCallError {
    /// What to tell somebody who named a file that cannot be read.
    var advice: String {
        if isMissingFile { return "no such file; check the path" }
        if isDenied { return "no permission to read it; the agent's user needs read access" }
        if isDirectory { return "is a directory; name the file in it" }
        return description
    }
}
