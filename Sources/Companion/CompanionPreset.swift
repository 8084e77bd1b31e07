/// What is known about where a kind of server keeps its numbers.
public struct CompanionPreset: Sendable, Hashable {
    /// The name in a configuration and on the command line.
    public let name: String
    /// One line for the reader of a list of presets.
    public let summary: String
    /// The format in which this server offers its numbers.
    public let format: CompanionFormat
    /// Where the values are. What a server has no number of its own for is still looked for under the plain names.
    public let mapping: CompanionMapping

    init(
        _ name: String,
        _ summary: String,
        format: CompanionFormat = .auto,
        rules: [CompanionValue: [CompanionRule]] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.format = format
        mapping = .plainNames.overridden(by: CompanionMapping(rules: rules))
    }

    /// The preset with this name, in which `_` is as good as `-`.
    ///
    /// - Throws: ``CompanionMappingError`` that lists the names there are.
    public static func named(_ name: String) throws(CompanionMappingError) -> CompanionPreset {
        guard let preset = all.first(where: { $0.name == name.hyphenated }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw CompanionMappingError(message: "\"\(name)\" is not a preset; there are \(known)")
        }
        return preset
    }
}
