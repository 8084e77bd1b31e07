/// A set of labels, escaped and joined once (`port="8080",state="established"`), so that a scrape only copies bytes.
///
/// Both formats write labels alike, so one rendering serves both.
public struct RenderedLabels: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// What stands between the braces.
    let bytes: [UInt8]

    /// No labels.
    public static let none = RenderedLabels(bytes: [])

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Renders labels in the order given. Values may be any text.
    ///
    /// - Precondition: Every name matches `[a-zA-Z_][a-zA-Z0-9_]*`. That no name stands twice is the caller's to keep.
    public init(_ labels: some Sequence<(name: String, value: String)>) {
        var bytes: [UInt8] = []
        for label in labels {
            bytes.appendLabel(label.name, label.value)
        }
        self.bytes = bytes
    }

    public init(dictionaryLiteral labels: (String, String)...) {
        self.init(labels.lazy.map { (name: $0.0, value: $0.1) })
    }

    /// The label of a histogram's bucket.
    init(upperBound: Double) {
        var bytes = Array("le=\"".utf8)
        bytes.appendFraction(upperBound)
        bytes.append(UInt8(ascii: "\""))
        self.bytes = bytes
    }

    /// The same labels followed by one more, as in `port.adding("service", "orders")`. For what many samples share; one
    /// sample's own label is better handed to `sample(_:and:_:)`.
    public func adding(_ name: String, _ value: String) -> RenderedLabels {
        var bytes = bytes
        bytes.appendLabel(name, value)
        return RenderedLabels(bytes: bytes)
    }
}

extension [UInt8] {
    fileprivate mutating func appendLabel(_ name: String, _ value: String) {
        precondition(ExpositionName.isLabelName(name.utf8), "not a label name: \(name)")
        if !isEmpty {
            append(UInt8(ascii: ","))
        }
        append(contentsOf: name.utf8)
        append(UInt8(ascii: "="))
        appendQuoted(value)
    }
}
