extension ConfigurationReader {
    /// The bytes of a file, whose path messages repeat as the user named it.
    static func bytes(of path: String) throws(ConfigurationError) -> [UInt8] {
        do throws(ConfigurationProblem) {
            return try ConfigurationFile.read(path)
        } catch {
            throw ConfigurationError(file: path, problems: [error])
        }
    }

    /// Reads a text of one document.
    ///
    /// - Parameters:
    ///   - empty: what a text is that holds nothing.
    ///   - read: reads the document, and notes all that is wrong with it.
    static func read<Value>(
        _ bytes: [UInt8],
        file: String,
        empty: Value,
        _ read: (inout ConfigurationReader, YAMLNode) -> Value
    ) throws(ConfigurationError) -> Value {
        let document: YAMLNode.Document
        do throws(ConfigurationProblem) {
            document = try YAMLNode.parse(bytes)
        } catch {
            throw ConfigurationError(file: file, problems: [error])
        }
        var reader = ConfigurationReader(file: file)
        for problem in document.problems { reader.note(problem) }
        var value = empty
        if let root = document.root, !root.isNull { value = read(&reader, root) }
        guard reader.problems.isEmpty else { throw ConfigurationError(file: file, problems: reader.problems) }
        return value
    }
}
