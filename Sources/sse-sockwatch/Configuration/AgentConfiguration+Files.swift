import Companion

extension AgentConfiguration {
    /// Reads the configuration in a file, and the files that it names.
    /// - Parameter path: as the user named it; messages repeat it.
    /// - Throws: everything that is wrong with the file.
    static func load(file path: String) throws(ConfigurationError) -> AgentConfiguration {
        try parse(try ConfigurationReader.bytes(of: path), file: path, opening: AuthorityFile.open)
    }
}

extension AuthorityFile {
    /// - Throws: why nobody can be trusted by the file.
    static func open(_ path: String) throws(ConfigurationProblem) -> [UInt8] {
        let pem = try ConfigurationFile.read(path)
        guard pem.count <= YAMLNode.sizeLimit else {
            throw ConfigurationProblem(at: nil, "is larger than \(YAMLNode.sizeLimit) bytes; is it the right file?")
        }
        guard CompanionAuthorities(pem: pem) != nil else {
            throw ConfigurationProblem(at: nil, "holds no certificate; it must be PEM (-----BEGIN CERTIFICATE-----)")
        }
        return pem
    }
}
