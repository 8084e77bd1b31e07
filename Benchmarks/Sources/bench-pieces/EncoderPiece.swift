import MetricsExport

/// The exposition of 50 ports with 100 series each.
enum EncoderPiece {
    private static let ports = 50
    private static let families = 100
    private static let rounds = 25

    static func measure() {
        let labels = (0..<ports).map { port -> RenderedLabels in
            ["port": "\(8000 + port)", "side": "server", "name": "port-\(port)"]
        }
        let descriptors = (0..<families).map { number in
            MetricDescriptor("bench_number_\(number)", .gauge, help: "A number.", labels: ["port", "side", "name"])
        }
        for (name, format) in [("encoder, text", ExpositionFormat.text004), ("encoder, OpenMetrics", .openMetrics)] {
            var size = 0
            var figures: [Figure] = []
            for round in 0..<rounds {
                let figure = Figure { size = render(format, labels, descriptors, round, size) }
                figures.append(figure)
            }
            let count = ports * families
            figures.median?.report(name, count: count, bytes: Double(size) / Double(count))
        }
    }

    private static func render(
        _ format: ExpositionFormat,
        _ labels: [RenderedLabels],
        _ descriptors: [MetricDescriptor],
        _ round: Int,
        _ capacity: Int
    ) -> Int {
        var writer = ExpositionWriter(format: format, reservingCapacity: capacity)
        for (number, descriptor) in descriptors.enumerated() {
            writer.family(descriptor) { family in
                for (place, label) in labels.enumerated() {
                    // Counts for the most part, as the agent's are, and some fractions.
                    if number % 4 == 0 {
                        family.sample(label, Double(place * 1000 + round) / 7)
                    } else {
                        family.sample(label, place * 1000 + number + round)
                    }
                }
            }
        }
        return writer.finish().count
    }
}
