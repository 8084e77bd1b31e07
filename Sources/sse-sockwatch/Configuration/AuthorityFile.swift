/// A file of the authorities whose certificates a companion may have.
struct AuthorityFile: Sendable, Equatable {
    /// As it is written in the configuration.
    var name: String
    /// What the file held when the configuration was read.
    var pem: [UInt8]

    /// Reads a file, by its path, and judges what it holds.
    typealias Opener = (_ path: String) throws(ConfigurationProblem) -> [UInt8]
}
