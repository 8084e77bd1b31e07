/// A label of a sample that was read, with escapes undone.
public struct ExpositionLabel: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One sample: a name, its labels in the order in which they stood, and a value.
public struct ExpositionSample: Sendable, Equatable {
    /// The full name with its suffix, such as `http_requests_total`.
    public var name: String
    public var labels: [ExpositionLabel]
    public var value: Double
    /// When the value was taken, in seconds since 1970, if the text said so.
    public var timestamp: Double?

    public init(name: String, labels: [ExpositionLabel] = [], value: Double, timestamp: Double? = nil) {
        self.name = name
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }

    /// The value of the label with this name, or `nil`.
    public func label(_ name: String) -> String? {
        labels.first { $0.name == name }?.value
    }

    /// The sample in exposition syntax, without its timestamp and the line feed: `requests_total{code="200"} 17`.
    public var line: String {
        var bytes: [UInt8] = []
        let isClassic = ExpositionName.isMetricName(name.utf8)
        if isClassic {
            bytes.append(contentsOf: name.utf8)
        }
        if !isClassic || !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            if !isClassic {
                bytes.appendQuoted(name)
            }
            for (index, label) in labels.enumerated() {
                if index > 0 || !isClassic {
                    bytes.append(UInt8(ascii: ","))
                }
                if ExpositionName.isLabelName(label.name.utf8) {
                    bytes.append(contentsOf: label.name.utf8)
                } else {
                    bytes.appendQuoted(label.name)
                }
                bytes.append(UInt8(ascii: "="))
                bytes.appendQuoted(label.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes.appendValue(value)
        return String(decoding: bytes, as: UTF8.self)
    }
}
