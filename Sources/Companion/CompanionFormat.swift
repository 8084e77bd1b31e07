/// The formats in which servers offer their own numbers.
public enum CompanionFormat: String, Sendable, Hashable, CaseIterable {
    /// Found out from the content type, and where that says nothing, from the look of the text.
    case auto
    /// Prometheus text format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0, read strictly.
    case openMetrics = "openmetrics"
    /// A JSON document: every number in it is a sample named by its path, such as `streams.orders[0].active`.
    case json
    /// Lines of `key: value`, as nchan's stub status has them.
    case keyValue = "key-value"
    /// nginx's stub_status page.
    case stubStatus = "stub-status"
}

extension CompanionFormat {
    /// The format with this name, in which `_` is as good as `-`.
    ///
    /// - Throws: ``CompanionMappingError`` that lists the names there are.
    public static func named(_ name: String) throws(CompanionMappingError) -> CompanionFormat {
        guard let format = CompanionFormat(rawValue: name.hyphenated) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw CompanionMappingError(message: "\"\(name)\" is not a format; there are \(known)")
        }
        return format
    }
}

extension String {
    /// With `-` in place of every `_`.
    var hyphenated: String { String(map { $0 == "_" ? "-" : $0 }) }
}
