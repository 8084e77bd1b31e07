extension WebConfiguration {
    /// Reads the web configuration in a file. The files that it names are not opened.
    ///
    /// - Parameter path: as the user named it; messages repeat it. Relative paths in the file are relative to its folder.
    /// - Throws: everything that is wrong with it.
    static func load(file path: String) throws(ConfigurationError) -> WebConfiguration {
        try parse(try ConfigurationReader.bytes(of: path), file: path)
    }

    /// Reads a web configuration from memory. An empty one is valid: no encryption, no passwords.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> WebConfiguration {
        try ConfigurationReader.read(bytes, file: file, empty: WebConfiguration()) { $0.web($1) }
    }
}
