extension AgentConfiguration {
    /// Reads a configuration from memory. An empty one is valid: every value has its default.
    ///
    /// - Parameter opener: opens the files that the configuration names.
    static func parse(
        _ bytes: [UInt8],
        file: String,
        opening opener: AuthorityFile.Opener
    ) throws(ConfigurationError) -> AgentConfiguration {
        try ConfigurationReader.read(bytes, file: file, empty: AgentConfiguration()) { $0.agent($1, opening: opener) }
    }
}
