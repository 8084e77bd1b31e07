/// The way from the root of a configuration to a value, such as `watch[0].companion.url`.
///
/// A path is a chain that shares its front part; the text is built only when a message needs it.
indirect enum ConfigurationPath: Sendable, CustomStringConvertible {
    case root
    case key(String, of: ConfigurationPath)
    case index(Int, of: ConfigurationPath)

    func key(_ name: String) -> ConfigurationPath { .key(name, of: self) }
    func index(_ position: Int) -> ConfigurationPath { .index(position, of: self) }

    /// Empty for the root.
    var description: String {
        switch self {
        case .root: ""
        case .key(let name, of: .root): ConfigurationProblem.shown(name)
        case .key(let name, let parent): "\(parent).\(ConfigurationProblem.shown(name))"
        case .index(let position, let parent): "\(parent)[\(position)]"
        }
    }
}
