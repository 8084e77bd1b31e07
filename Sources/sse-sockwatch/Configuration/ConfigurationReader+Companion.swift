import Companion

extension ConfigurationReader {
    static let companionKeys = ["url", "preset", "format", "ca_file", "timeout", "metrics"]

    mutating func companion(_ field: Field, opening opener: AuthorityFile.Opener) -> CompanionConfiguration? {
        guard let fields = fields(of: field, known: Self.companionKeys) else { return nil }
        let example = "http://127.0.0.1:8080/metrics"
        var companion = CompanionConfiguration(url: "")
        if let preset = preset(fields["preset"]) { companion.preset = preset }
        if let format = choice(fields["format"], of: CompanionFormat.self) { companion.format = format }
        if let timeout = duration(fields["timeout"], in: CompanionConfiguration.timeoutRange) {
            companion.timeout = timeout
        }
        if let field = fields["ca_file"] { companion.authorityFile = authorities(field, opening: opener) }
        if let field = fields["metrics"] { companion.metrics = metrics(field) }
        guard let field = required("url", in: fields, example: example), let url = text(field, example: example) else {
            return nil
        }
        if let problem = CompanionURLText.problem(in: url) {
            note(field, problem)
            return nil
        }
        companion.url = url
        if let field = fields["ca_file"], !url.lowercased().hasPrefix("https:") {
            note(field, "only an https address has a certificate; write https:// in `url`, or remove `ca_file`")
        }
        return companion
    }

    private mutating func authorities(_ field: Field, opening opener: AuthorityFile.Opener) -> AuthorityFile? {
        guard let name = text(field, example: "ca.pem") else { return nil }
        do throws(ConfigurationProblem) {
            return AuthorityFile(name: name, pem: try opener(path(besideFile: name)))
        } catch {
            note(field, "`\(ConfigurationProblem.shown(name))`: \(error.message)")
            return nil
        }
    }

    private mutating func preset(_ field: Field?) -> CompanionPreset? {
        guard let field, let name = text(field, example: CompanionPreset.generic.name) else { return nil }
        if let preset = CompanionPreset.all.first(where: { Self.isSameName($0.name, name) }) { return preset }
        let hint = NearestName.hint(for: name, among: CompanionPreset.all.map(\.name))
        note(field, "there is no preset `\(ConfigurationProblem.shown(name))`; \(hint)")
        return nil
    }

    private mutating func metrics(_ field: Field) -> [CompanionValue: CompanionRule] {
        let values = CompanionValue.allCases
        guard let fields = fields(of: field, known: values.map(\.rawValue)) else { return [:] }
        var metrics: [CompanionValue: CompanionRule] = [:]
        for value in values {
            guard let field = fields[value.rawValue] else { continue }
            metrics[value] = rule(field, for: value)
        }
        return metrics
    }

    private mutating func rule(_ field: Field, for value: CompanionValue) -> CompanionRule? {
        guard let fields = fields(of: field, known: ["name", "labels", "aggregate", "kind"]) else { return nil }
        let example = "sse_\(value.rawValue)"
        let labels = fields["labels"].map { self.labels($0) } ?? []
        let aggregate = choice(fields["aggregate"], of: CompanionAggregate.self)
        let kind = choice(fields["kind"], of: CompanionKind.self)
        let name = required("name", in: fields, example: example).flatMap { self.name($0, example: example) }
        let rule = CompanionRule(name: .equal(name ?? ""), labels: labels, aggregate: aggregate, kind: kind)
        do throws(CompanionMappingError) {
            try rule.validate(for: value)
        } catch {
            note(fields["kind"] ?? field, error.message)
        }
        return name == nil ? nil : rule
    }

    private mutating func name(_ field: Field, example: String) -> String? {
        guard let name = text(field, example: example) else { return nil }
        guard (1...CompanionConfiguration.patternLengthLimit).contains(name.utf8.count) else {
            note(field, "must have 1 to \(CompanionConfiguration.patternLengthLimit) bytes")
            return nil
        }
        return name
    }

    private mutating func labels(_ field: Field) -> [CompanionRule.Label] {
        guard case .mapping(let entries) = field.value.content else {
            note(field, "must be a mapping such as { stream: orders }, but is \(field.value.kindName)")
            return []
        }
        var labels: [CompanionRule.Label] = []
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
            if let pattern = pattern(Field(value: entry.value, path: path)) {
                labels.append(CompanionRule.Label(name: entry.key, value: pattern))
            }
        }
        return labels.sorted { $0.name < $1.name }
    }

    /// Reads `value`, `~expression` or `{ regex: expression }`.
    private mutating func pattern(_ field: Field) -> CompanionPattern? {
        if case .mapping = field.value.content {
            guard let fields = fields(of: field, known: ["regex"]),
                let regex = required("regex", in: fields, example: "sse|uni_sse"),
                let source = text(regex, example: "sse|uni_sse")
            else { return nil }
            return expression(source, of: regex)
        }
        // Quotes make an empty value a value: a label that must be empty or absent.
        guard let text = text(field, example: "orders, ~regex or { regex: ... }") else { return nil }
        guard text.hasPrefix("~") else { return .equal(text) }
        return expression(String(text.dropFirst()), of: field)
    }

    private mutating func expression(_ source: String, of field: Field) -> CompanionPattern? {
        let limit = CompanionConfiguration.patternLengthLimit
        guard (1...limit).contains(source.utf8.count) else {
            note(field, "a regular expression must have 1 to \(limit) bytes")
            return nil
        }
        do throws(CompanionMappingError) {
            return try .expression(source)
        } catch {
            note(field, ConfigurationProblem.shown(error.message, upTo: 2 * limit))
            return nil
        }
    }

    static func isLabelName(_ text: String) -> Bool {
        guard let first = text.first, first.isASCIILetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" }
    }
}
