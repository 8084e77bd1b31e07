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
