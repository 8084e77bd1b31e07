/// What a reader found: the families in the order in which they first appeared.
public struct Exposition: Sendable, Equatable {
    public var families: [ExpositionFamily]

    public init(families: [ExpositionFamily] = []) {
        self.families = families
    }

    /// All samples, family after family.
    public var samples: [ExpositionSample] { families.flatMap(\.samples) }
}

/// One metric family as it was read.
public struct ExpositionFamily: Sendable, Equatable {
    /// The name that HELP and TYPE use, or the sample's own name when it came without them. OpenMetrics leaves out
    /// `_total`; text 0.0.4 has it in the name.
    public var name: String
    public var type: ExpositionType
    public var help: String?
    /// OpenMetrics' unit, `nil` when there is none. Text 0.0.4 has no units.
    public var unit: String?
    public var samples: [ExpositionSample]

    public init(
        name: String,
        type: ExpositionType,
        help: String? = nil,
        unit: String? = nil,
        samples: [ExpositionSample] = []
    ) {
        self.name = name
        self.type = type
        self.help = help
        self.unit = unit
        self.samples = samples
    }
}

/// The types that a TYPE line can name. Text 0.0.4 has the first four, and writes `unknown` as `untyped`.
public enum ExpositionType: String, Sendable, Hashable, CaseIterable {
    case counter
    case gauge
    case histogram
    case summary
    case info
    case stateset
    case gaugehistogram
    /// Nothing was said about the type.
    case unknown
}
