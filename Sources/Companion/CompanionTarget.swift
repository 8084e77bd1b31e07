/// A server whose own numbers are wanted, and how to read them.
public struct CompanionTarget: Sendable, Hashable, Identifiable {
    /// The name of the watch that it belongs to. Must be unique among the targets.
    public let id: String
    public let url: CompanionURL
    public let format: CompanionFormat
    /// Where the values are: the preset's rules, with those of the configuration in place of them.
    public let mapping: CompanionMapping
    /// Whose certificates the server may have; `nil` for those of the authorities that the system trusts.
    public let authorities: CompanionAuthorities?
    /// For one whole fetch, the reading of the answer included.
    public let timeout: Duration

    /// - Parameters:
    ///   - format: `nil` for the preset's own.
    ///   - mapping: Rules that replace the preset's for the values that they name.
    /// - Throws: ``CompanionMappingError`` if a rule's kind makes no sense for its value.
    public init(
        id: String,
        url: CompanionURL,
        preset: CompanionPreset = .generic,
        format: CompanionFormat? = nil,
        mapping: CompanionMapping = CompanionMapping(),
        authorities: CompanionAuthorities? = nil,
        timeout: Duration = .seconds(2)
    ) throws(CompanionMappingError) {
        for (value, rules) in mapping.rules {
            for rule in rules { try rule.validate(for: value) }
        }
        self.id = id
        self.url = url
        self.format = format ?? preset.format
        self.mapping = preset.mapping.overridden(by: mapping)
        self.authorities = authorities
        self.timeout = timeout
    }
}
