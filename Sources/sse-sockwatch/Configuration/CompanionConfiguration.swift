import Companion

/// Where a server offers its own numbers, and how they are found in what it answers.
struct CompanionConfiguration: Sendable, Equatable {
    /// `http` or `https`, with a host, without user name and fragment.
    var url: String
    var preset = CompanionPreset.generic
    /// Nil: the format of the preset.
    var format: CompanionFormat?
    /// Nil: the authorities that the system trusts.
    var authorityFile: AuthorityFile?
    /// How long the whole exchange may take, 100 ms to 60 s.
    var timeout: Duration = .seconds(2)
    /// What to take instead of what the preset says. Names are literal; the labels stand in the order of their names.
    var metrics: [CompanionValue: CompanionRule] = [:]

    static let timeoutRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
    /// The longest regular expression and the longest metric name, in bytes.
    static let patternLengthLimit = 1000
}
