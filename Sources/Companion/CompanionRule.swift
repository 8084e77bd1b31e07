/// Which samples hold a value, and how they are to be read.
public struct CompanionRule: Sendable, Hashable {
    /// What a label's value must be. A label that a sample does not have counts as empty, as in PromQL.
    public struct Label: Sendable, Hashable {
        public let name: String
        public let value: CompanionPattern

        public init(name: String, value: CompanionPattern) {
            self.name = name
            self.value = value
        }
    }

    /// The sample's full name. In JSON it is the path of the number.
    public let name: CompanionPattern
    public let labels: [Label]
    /// How several matching samples become one value; `nil` for ``CompanionValue/defaultAggregate``.
    public let aggregate: CompanionAggregate?
    /// How the number is to be read; `nil` to go by the exposition's TYPE and the name.
    public let kind: CompanionKind?

    public init(
        name: CompanionPattern,
        labels: [Label] = [],
        aggregate: CompanionAggregate? = nil,
        kind: CompanionKind? = nil
    ) {
        self.name = name
        self.labels = labels
        self.aggregate = aggregate
        self.kind = kind
    }

    /// Checks that the rule's kind makes sense for a value.
    ///
    /// - Throws: ``CompanionMappingError`` that names the kinds to choose from.
    public func validate(for value: CompanionValue) throws(CompanionMappingError) {
        guard let kind, !value.accepts(kind) else { return }
        let choices = value.kinds.map(\.rawValue).joined(separator: " or ")
        let advice =
            value == .heartbeatMissRate && kind == .counter
            ? "; for counters map heartbeats_expected and heartbeats_missed" : ""
        throw CompanionMappingError(message: "\(value.rawValue) cannot be a \(kind.rawValue), only \(choices)\(advice)")
    }
}

extension CompanionValue {
    /// A share is a gauge in its servers' own words, so `gauge` is taken for it and means `ratio`.
    func accepts(_ kind: CompanionKind) -> Bool {
        kinds.contains(kind) || self == .heartbeatMissRate && kind == .gauge
    }
}
