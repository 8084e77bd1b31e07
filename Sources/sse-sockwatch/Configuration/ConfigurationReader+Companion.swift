extension ConfigurationReader {
    mutating func companion(_ field: Field) -> CompanionConfiguration? {
        guard let fields = fields(of: field, known: ["url", "preset", "format", "timeout", "metrics"]) else {
            return nil
        }
        let example = "http://127.0.0.1:8080/metrics"
        var companion = CompanionConfiguration(url: "")
        if let preset = preset(fields["preset"]) { companion.preset = preset }
        if let format = choice(fields["format"], of: CompanionConfiguration.Format.self) { companion.format = format }
        if let timeout = duration(fields["timeout"], in: CompanionConfiguration.timeoutRange) {
            companion.timeout = timeout
        }
        if let field = fields["metrics"] { companion.metrics = metrics(field) }
        guard let field = required("url", in: fields, example: example), let url = text(field, example: example) else {
            return nil
        }
        if let problem = CompanionURLText.problem(in: url) {
            note(field, problem)
            return nil
        }
        companion.url = url
        return companion
    }

    private mutating func preset(_ field: Field?) -> String? {
        guard let field, let name = text(field, example: CompanionConfiguration.defaultPreset) else { return nil }
        if let preset = knownPresets.first(where: { Self.isSameName($0, name) }) { return preset }
        let hint = NearestName.hint(for: name, among: knownPresets)
        note(field, "there is no preset `\(ConfigurationProblem.shown(name))`; \(hint)")
        return nil
    }

    private mutating func metrics(_ field: Field) -> [CompanionConfiguration.Value: CompanionConfiguration.Metric] {
        let values = CompanionConfiguration.Value.allCases
        guard let fields = fields(of: field, known: values.map(\.rawValue)) else { return [:] }
        var metrics: [CompanionConfiguration.Value: CompanionConfiguration.Metric] = [:]
        for value in values {
            guard let field = fields[value.rawValue] else { continue }
            metrics[value] = metric(field, for: value)
        }
        return metrics
    }

    private mutating func metric(
        _ field: Field,
        for value: CompanionConfiguration.Value
    ) -> CompanionConfiguration.Metric? {
        guard let fields = fields(of: field, known: ["name", "labels", "aggregate", "kind"]) else { return nil }
        let example = "sse_\(value.rawValue)"
        var metric = CompanionConfiguration.Metric(name: "")
        if let field = fields["labels"] { metric.labels = labels(field) }
        if let aggregate = choice(fields["aggregate"], of: CompanionConfiguration.Aggregate.self) {
            metric.aggregate = aggregate
        }
        if let field = fields["kind"] {
            metric.kind = choice(field, of: CompanionConfiguration.Kind.self)
            if let kind = metric.kind, !value.kinds.contains(kind) {
                let kinds = value.kinds.map(\.rawValue).joined(separator: " or ")
                note(field, "\(value.rawValue) cannot be a \(kind.rawValue), only a \(kinds)")
            }
        }
        guard let field = required("name", in: fields, example: example), let name = text(field, example: example)
        else { return nil }
        guard (1...CompanionConfiguration.patternLengthLimit).contains(name.utf8.count) else {
            note(field, "must have 1 to \(CompanionConfiguration.patternLengthLimit) bytes")
            return nil
        }
        metric.name = name
        return metric
    }

    private mutating func labels(_ field: Field) -> [String: CompanionConfiguration.LabelMatch] {
        guard case .mapping(let entries) = field.value.content else {
            note(field, "must be a mapping such as { stream: orders }, but is \(field.value.kindName)")
            return [:]
        }
        var labels: [String: CompanionConfiguration.LabelMatch] = [:]
        for entry in entries {
            let path = field.path.key(entry.key)
            guard Self.isLabelName(entry.key) else {
                note(
                    ConfigurationProblem(
                        at: entry.keyPlace,
                        path: path,
                        "not a label name; letters, digits and _ are allowed, and no digit in front"
                    )
                )
                continue
            }
            labels[entry.key] = labelMatch(Field(value: entry.value, path: path))
        }
        return labels
    }

    /// Reads `value`, `~expression` or `{ regex: expression }`.
    private mutating func labelMatch(_ field: Field) -> CompanionConfiguration.LabelMatch? {
        let example = "orders, ~regex or { regex: ... }"
        if case .mapping = field.value.content {
            guard let fields = fields(of: field, known: ["regex"]),
                let regex = required("regex", in: fields, example: "sse|uni_sse"),
                let pattern = text(regex, example: "sse|uni_sse")
            else { return nil }
            return expression(pattern, of: regex)
        }
        // Quotes make an empty value a value: a label that must be empty or absent.
        guard let text = text(field, example: example) else { return nil }
        guard text.hasPrefix("~") else { return .equals(text) }
        return expression(String(text.dropFirst()), of: field)
    }

    private mutating func expression(_ pattern: String, of field: Field) -> CompanionConfiguration.LabelMatch? {
        guard (1...CompanionConfiguration.patternLengthLimit).contains(pattern.utf8.count) else {
            note(field, "a regular expression must have 1 to \(CompanionConfiguration.patternLengthLimit) bytes")
            return nil
        }
        do {
            _ = try Regex(pattern)
            return .matches(pattern)
        } catch {
            let reason = ConfigurationProblem.shown("\(error)")
            note(field, "`\(ConfigurationProblem.shown(pattern))` is not a regular expression: \(reason)")
            return nil
        }
    }

    static func isLabelName(_ text: String) -> Bool {
        guard let first = text.first, first.isASCIILetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" }
    }
}
