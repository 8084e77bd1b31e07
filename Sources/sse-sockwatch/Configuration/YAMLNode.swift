/// A value of a YAML document, with the place where it stands.
struct YAMLNode: Sendable, Equatable {
    /// Where the value begins. A value left out (`key:`) stands where it would begin.
    var place: TextPlace
    var content: Content

    enum Content: Sendable, Equatable {
        /// Text as written, quotes and escapes resolved. YAML's types are not guessed: `8080` and `true` are text.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        /// In the order of the document; no key occurs twice.
        case mapping([Entry])
    }

    struct Entry: Sendable, Equatable {
        var key: String
        var keyPlace: TextPlace
        var value: YAMLNode
    }

    /// Whether nothing is written: an empty value, `~` or `null` without quotes.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What a message calls this value.
    var kindName: String {
        switch content {
        case .scalar(let text, _): isNull ? "empty" : "`\(ConfigurationProblem.shown(text))`"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
