import MetricsExport
import NetworkLab
import Testing

@testable import sse_sockwatch

extension EndToEnd.Monitored {
    @Suite("What Prometheus stores")
    struct StorageTests {
        private let monitoring: Monitoring

        init() throws {
            monitoring = try MonitoringTrait.monitoring
        }

        @Test("it stores every sample of a scrape")
        func samples() async throws {
            for agent in monitoring.agents.all {
                let expected = try Double(agent.scrape().samples.count)
                try await eventually("as many samples of \(agent.instance) are stored as are offered") {
                    try monitoring.prometheus.query(#"scrape_samples_scraped{instance="\#(agent.instance)"}"#)
                        .map(\.value.number)
                } until: {
                    $0 == [expected]
                }
            }
        }

        @Test("it negotiates OpenMetrics: it knows the units")
        func units() throws {
            let metadata = try monitoring.prometheus.metadata()
            for metric in MetricCatalogue.all {
                // Prometheus 2 and 3 name a counter with and without its suffix.
                let stored = metadata.first { [metric.name, metric.sampleName].contains($0.metric) }
                #expect(stored?.unit == metric.unit ?? "", "\(metric.name)")
                #expect(stored?.type == metric.kind.rawValue, "\(metric.name)")
            }
        }
    }
}
