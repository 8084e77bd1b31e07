/// The two text formats in which metrics travel.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus text format 0.0.4.
    case text004
    /// OpenMetrics 1.0.
    case openMetrics

    /// The value of `Content-Type` for an answer in this format. Prometheus 3 fails a scrape without it.
    public var contentType: String {
        switch self {
        case .text004: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
