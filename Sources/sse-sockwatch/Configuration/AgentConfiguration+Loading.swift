extension AgentConfiguration {
    /// Reads the configuration in a file.
    /// - Parameter path: as the user named it; messages repeat it.
    /// - Throws: everything that is wrong with the file.
    static func load(file path: String) throws(ConfigurationError) -> AgentConfiguration {
        try parse(try ConfigurationReader.bytes(of: path), file: path)
    }

    /// Reads a configuration from memory. An empty one is valid: every value has its default.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> AgentConfiguration {
        try ConfigurationReader.read(bytes, file: file, empty: AgentConfiguration()) { $0.agent($1) }
    }
}
