internal import MetricsExport

/// The documentation of the metrics, as Markdown, from the catalogue.
enum MetricsReference {
    static var markdown: String {
        var text = """
            # Metrics

            This page is made from the agent's own catalogue by `sse-sockwatch metrics-reference`; a test holds the two
            equal. Counters carry the suffix `_total` on the wire, infos the suffix `_info`. Every metric with the label
            `port` has one series for each watched port, from the first scrape on. The label is the port's number; for
            what a companion offers, it is the ports of its watch, as in `9000-9003`. Values that a server does not offer
            have no series.

            | metric | type | labels | meaning |
            |---|---|---|---|

            """
        for metric in MetricCatalogue.all {
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            text += "| `\(metric.sampleName)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |\n"
        }
        return text
    }
}
