extension AgentConfiguration {
    /// Reads the configuration in a file.
    /// - Parameter path: as the user named it; messages repeat it.
    /// - Throws: everything that is wrong with the file.
    static func load(file path: String) throws(ConfigurationError) -> AgentConfiguration {
        let bytes: [UInt8]
        do throws(ConfigurationProblem) {
            bytes = try ConfigurationFile.read(path)
        } catch {
            throw ConfigurationError(file: path, problems: [error])
        }
        return try parse(bytes, file: path)
    }

    /// Reads a configuration from memory. An empty one is valid: every value has its default.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> AgentConfiguration {
        let document: YAMLNode.Document
        do throws(ConfigurationProblem) {
            document = try YAMLNode.parse(bytes)
        } catch {
            throw ConfigurationError(file: file, problems: [error])
        }
        var reader = ConfigurationReader(file: file)
        for problem in document.problems { reader.note(problem) }
        var configuration = AgentConfiguration()
        if let root = document.root, !root.isNull { configuration = reader.agent(root) }
        guard reader.problems.isEmpty else { throw ConfigurationError(file: file, problems: reader.problems) }
        return configuration
    }
}
