/// The kinds of metric that the exporter writes.
public enum MetricKind: String, Sendable, Hashable, CaseIterable {
    /// A number that only grows while the process lives. Its samples carry the suffix `_total`.
    case counter
    /// A number that goes up and down.
    case gauge
    /// Observations counted in buckets, with their sum.
    case histogram
    /// A constant 1 whose labels are the information. Its samples carry the suffix `_info`; text 0.0.4 calls it a gauge.
    case info
}

/// What a metric is called, what it means and which labels it has: one row of the catalogue.
public struct MetricDescriptor: Sendable, Hashable {
    /// The name of the family as OpenMetrics has it: without `_total` for a counter and without `_info` for an info.
    public let name: String
    public let kind: MetricKind
    /// One sentence for the reader of a dashboard. Any text; it is escaped when written.
    public let help: String
    /// The OpenMetrics unit, such as `seconds` or `bytes`. The name must end in it: `tcp_send_queue_bytes`.
    public let unit: String?
    /// The names of the labels in the order in which they are written. A histogram's `le` is not among them.
    public let labels: [String]

    /// Describes a metric. Nothing is checked here: a test of the catalogue calls ``validate()`` on every row.
    public init(_ name: String, _ kind: MetricKind, help: String, unit: String? = nil, labels: [String] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.unit = unit
        self.labels = labels
    }

    /// The name of the family's samples: `NAME_total` for a counter, `NAME_info` for an info, `NAME` otherwise (a
    /// histogram's samples add `_bucket`, `_count` and `_sum` to it). Queries and text 0.0.4's HELP use this name.
    public var sampleName: String {
        switch kind {
        case .counter: name + "_total"
        case .info: name + "_info"
        case .gauge, .histogram: name
        }
    }
}

/// Why a descriptor could not be written in both formats.
public struct MetricDescriptorError: Error, Hashable, CustomStringConvertible {
    /// The family's name as it stands in the descriptor.
    public let name: String
    public let message: String

    public var description: String { "metric \(name): \(message)" }
}

extension MetricDescriptor {
    /// Endings that one of the formats, or `promtool check metrics`, keeps for a purpose of its own.
    private static let reservedSuffixes = ["_total", "_info", "_created", "_bucket", "_count", "_sum"]

    /// Checks the descriptor against the rules that both formats share.
    ///
    /// - Throws: ``MetricDescriptorError`` for a name or label that is not well-formed, a reserved suffix, a label that
    ///   stands twice, an empty help text, or a unit that the name does not end in.
    public func validate() throws(MetricDescriptorError) {
        func refuse(_ message: String) -> MetricDescriptorError {
            MetricDescriptorError(name: name, message: message)
        }
        guard ExpositionName.isMetricName(name.utf8), !name.utf8.contains(UInt8(ascii: ":")) else {
            throw refuse("the name must match [a-zA-Z_][a-zA-Z0-9_]*")
        }
        if let suffix = Self.reservedSuffixes.first(where: name.hasSuffix) {
            throw refuse("a family's name must not end in \(suffix), which the writer or the formats add")
        }
        if help.utf8.isEmpty {
            throw refuse("the help text is empty")
        }
        if let unit {
            if unit.isEmpty || !name.hasSuffix("_" + unit) {
                throw refuse("the name must end in its unit, _\(unit)")
            }
            if kind == .info {
                throw refuse("an info has no unit")
            }
        }
        for (index, label) in labels.enumerated() {
            guard ExpositionName.isLabelName(label.utf8), !label.hasPrefix("__") else {
                throw refuse("label \(label) must match [a-zA-Z_][a-zA-Z0-9_]* and not begin with __")
            }
            if label == "le" || label == "quantile" {
                throw refuse("label \(label) belongs to the formats")
            }
            if labels[..<index].contains(label) {
                throw refuse("label \(label) stands twice")
            }
        }
    }
}
