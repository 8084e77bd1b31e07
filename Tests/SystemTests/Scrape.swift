import MetricsExport

/// The agent's metrics at one moment. Names are without the agent's prefix.
struct Scrape: CustomStringConvertible {
    private let samples: [String: [ExpositionSample]]

    init(_ exposition: Exposition) {
        samples = Dictionary(grouping: exposition.samples, by: \.name)
    }

    /// The samples of a metric that have all these labels.
    func all(_ name: String, _ labels: [String: String] = [:]) -> [ExpositionSample] {
        (samples["sse_sockwatch_\(name)"] ?? []).filter { sample in
            labels.allSatisfy { sample.label($0.key) == $0.value }
        }
    }

    /// The value of the one sample that has these labels; nil when there is none.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        all(name, labels).first?.value
    }

    /// The ports that are watched.
    var ports: Set<UInt16> {
        Set(all("port_info").compactMap { $0.label("port").flatMap { UInt16($0) } })
    }

    var description: String { samples.values.joined().map(\.line).sorted().joined(separator: "; ") }
}
