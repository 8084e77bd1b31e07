/// Walks through the tree of a configuration, strictly, and collects everything that is wrong with it.
///
/// Functions that read a value return nil after noting a problem, so that the walk goes on with the next value.
struct ConfigurationReader {
    /// As the user named it.
    let file: String
    private(set) var problems: [ConfigurationProblem] = []

    init(file: String) {
        self.file = file
    }

    /// A path as it is opened: relative to the folder of the configuration, not to where the agent was started.
    func path(besideFile name: String) -> String {
        guard !name.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return name }
        return file[...slash] + name
    }

    mutating func note(_ problem: ConfigurationProblem) {
        problems.append(problem)
    }

    mutating func note(_ field: Field, _ message: String) {
        problems.append(ConfigurationProblem(at: field.value.place, path: field.path, message))
    }
}

extension ConfigurationReader {
    /// A value with the way to it.
    struct Field {
        var value: YAMLNode
        var path: ConfigurationPath
    }

    /// The values of a mapping whose keys are all known.
    struct Fields {
        /// Where the mapping begins, and the way to it.
        var place: TextPlace
        var path: ConfigurationPath
        fileprivate var values: [String: Field] = [:]

        /// Nil if the key is not there, or nothing is written after it.
        subscript(key: String) -> Field? { values[key] }
    }

    /// The values of a mapping. Unknown keys are noted.
    mutating func fields(of field: Field, known: [String]) -> Fields? {
        guard case .mapping(let entries) = field.value.content else {
            note(field, "must be a mapping of \(known.joined(separator: ", ")), but is \(field.value.kindName)")
            return nil
        }
        var fields = Fields(place: field.value.place, path: field.path)
        for entry in entries {
            let path = field.path.key(entry.key)
            guard known.contains(entry.key) else {
                let hint = NearestName.hint(for: entry.key, among: known)
                note(ConfigurationProblem(at: entry.keyPlace, path: path, "unknown key; \(hint)"))
                continue
            }
            if !entry.value.isNull { fields.values[entry.key] = Field(value: entry.value, path: path) }
        }
        return fields
    }

    /// A value that must be there.
    mutating func required(_ key: String, in fields: Fields, example: String) -> Field? {
        if let field = fields[key] { return field }
        note(ConfigurationProblem(at: fields.place, path: fields.path, "`\(key)` is missing; add `\(key): \(example)`"))
        return nil
    }

    mutating func items(_ field: Field, example: String) -> [Field]? {
        guard case .sequence(let items) = field.value.content else {
            note(field, "must be a list such as \(example), but is \(field.value.kindName)")
            return nil
        }
        return items.enumerated().map { Field(value: $1, path: field.path.index($0)) }
    }

    mutating func text(_ field: Field, example: String) -> String? {
        guard case .scalar(let text, _) = field.value.content, !field.value.isNull else {
            note(field, "must be text such as \(example), but is \(field.value.kindName)")
            return nil
        }
        return text
    }

    /// Reads `true` or `false`.
    mutating func flag(_ field: Field?) -> Bool? {
        guard let field, let text = text(field, example: "true") else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            note(field, "`\(ConfigurationProblem.shown(text))` is neither true nor false")
            return nil
        }
    }

    mutating func duration(_ field: Field?, in range: ClosedRange<Duration>) -> Duration? {
        guard let field, let text = text(field, example: "5s") else { return nil }
        do throws(DurationText.Problem) {
            return try DurationText.parse(text, in: range)
        } catch {
            note(field, error.message)
        }
        return nil
    }

    /// Reads `2%` or `0.5%`.
    mutating func percent(_ field: Field?, in range: ClosedRange<Double>) -> Double? {
        guard let field, let text = text(field, example: "2%") else { return nil }
        let number = text.dropLast()
        let isNumber =
            number.allSatisfy { $0.isASCIIDigit || $0 == "." }
            && number.first?.isASCIIDigit == true && number.last?.isASCIIDigit == true
        guard text.last == "%", isNumber, let value = Double(number) else {
            note(field, "`\(ConfigurationProblem.shown(text))` is not a percentage; write it like 2% or 0.5%")
            return nil
        }
        guard range.contains(value) else {
            let limits = "\(PercentText.text(range.lowerBound)) to \(PercentText.text(range.upperBound))"
            note(field, "\(ConfigurationProblem.shown(text)) is out of range; allowed are \(limits)")
            return nil
        }
        return value
    }

    /// Reads digits.
    mutating func wholeNumber(_ field: Field?, in range: ClosedRange<Int>) -> Int? {
        guard let field, let text = text(field, example: "\(range.upperBound)") else { return nil }
        guard !text.isEmpty, text.allSatisfy(\.isASCIIDigit) else {
            note(
                field,
                "`\(ConfigurationProblem.shown(text))` is not a whole number; write it like \(range.upperBound)"
            )
            return nil
        }
        // More digits than an Int holds are out of range, too.
        guard let number = Int(text), range.contains(number) else {
            note(
                field,
                "\(ConfigurationProblem.shown(text)) is out of range; allowed are \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
            return nil
        }
        return number
    }

    /// Whether two names are the same, `-` being as good as `_`.
    static func isSameName(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { first, second in
            first == second || [first, second].allSatisfy { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
    }

    /// Reads one of the names of an enumeration.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: Field?,
        of type: Choice.Type
    ) -> Choice? {
        let names = Choice.allCases.map(\.rawValue)
        guard let field, let text = text(field, example: names.first ?? "") else { return nil }
        if let choice = Choice.allCases.first(where: { Self.isSameName($0.rawValue, text) }) { return choice }
        let hint = NearestName.hint(for: text, among: names)
        note(field, "`\(ConfigurationProblem.shown(text))` is not known; \(hint)")
        return nil
    }
}

/// Percentages without a needless decimal point.
enum PercentText {
    static func text(_ percent: Double) -> String {
        percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%"
    }
}
