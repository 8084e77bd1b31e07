public import MetricsExport

/// A value that a mapping found in a server's numbers, as it stood there.
public struct CompanionFinding: Sendable, Equatable {
    public let value: CompanionValue
    public let kind: CompanionKind
    /// The number in the unit of ``kind``, neither checked nor converted.
    public let number: Double
    /// The samples from which it was taken, at least one.
    public let sources: [ExpositionSample]

    public init(value: CompanionValue, kind: CompanionKind, number: Double, sources: [ExpositionSample]) {
        self.value = value
        self.kind = kind
        self.number = number
        self.sources = sources
    }
}

extension CompanionMapping {
    /// Looks for every value. Those that the server does not offer are absent from the result.
    public func findings(in document: CompanionDocument) -> [CompanionFinding] {
        findings(in: document, until: nil)
    }

    /// - Parameter deadline: When nobody waits for the findings any more. What is found later is not complete.
    func findings(in document: CompanionDocument, until deadline: ContinuousClock.Instant?) -> [CompanionFinding] {
        var samplesByName: [String: [TypedSample]] = [:]
        var names: [String] = []
        for family in document.exposition.families {
            for sample in family.samples {
                if samplesByName[sample.name] == nil { names.append(sample.name) }
                samplesByName[sample.name, default: []].append(TypedSample(sample: sample, type: family.type))
            }
        }
        return CompanionValue.allCases.compactMap { value in
            for rule in rules[value] ?? [] {
                if let finding = rule.finding(of: value, names: names, samples: samplesByName, until: deadline) {
                    return finding
                }
            }
            return nil
        }
    }
}

private struct TypedSample {
    let sample: ExpositionSample
    let type: ExpositionType
}

extension CompanionRule {
    fileprivate func finding(
        of value: CompanionValue,
        names: [String],
        samples: [String: [TypedSample]],
        until deadline: ContinuousClock.Instant?
    ) -> CompanionFinding? {
        var matching = matchingNames(among: names, known: samples, until: deadline).flatMap { samples[$0] ?? [] }
        for label in labels {
            var matcher = label.value.makeMatcher(until: deadline)
            matching = matching.filter { matcher.matches($0.sample.label(label.name) ?? "") }
        }
        let aggregate = aggregate ?? value.defaultAggregate
        if aggregate == .first { matching = Array(matching.prefix(1)) }
        guard let first = matching.first, let number = aggregate.combine(matching.map(\.sample.value)) else {
            return nil
        }
        return CompanionFinding(
            value: value,
            kind: kind(of: value, name: first.sample.name, type: first.type),
            number: number,
            sources: matching.map(\.sample)
        )
    }

    /// The names that the rule means, in the order of the text.
    ///
    /// A literal name without its own sample also finds NAME_total: the same server writes a counter without the suffix
    /// in text 0.0.4 and with it in OpenMetrics.
    private func matchingNames(
        among names: [String],
        known: [String: [TypedSample]],
        until deadline: ContinuousClock.Instant?
    ) -> [String] {
        if let literal = name.literal {
            if known[literal] != nil { return [literal] }
            return known[literal + "_total"] != nil ? [literal + "_total"] : []
        }
        var matcher = name.makeMatcher(until: deadline)
        return names.filter { matcher.matches($0) }
    }

    /// A declared kind beats the exposition's TYPE, which beats the name: real texts have gauges named `_total` and
    /// counters without it, and often no TYPE at all.
    private func kind(of value: CompanionValue, name: String, type: ExpositionType) -> CompanionKind {
        let guessed: CompanionKind? =
            switch type {
            case .counter: .counter
            case .gauge: .gauge
            default: name.hasSuffix("_total") ? .counter : nil
            }
        for candidate in [kind, guessed] {
            guard let candidate, value.accepts(candidate) else { continue }
            return value == .heartbeatMissRate && candidate == .gauge ? .ratio : candidate
        }
        return value.kinds.first ?? .gauge
    }
}
