import MetricsExport
import Testing

@Suite("What is written can be read")
struct RoundTripTests {
    /// Random families with hostile label values, written in one format.
    private struct Specimen {
        var descriptors: [MetricDescriptor] = []
        /// The samples of gauges, counters and infos, in the order written.
        var lines: [String] = []
        private(set) var text: [UInt8] = []

        init(seed: UInt64, format: ExpositionFormat) {
            var random = SeededGenerator(seed: seed)
            var writer = ExpositionWriter(format: format)
            for index in 0..<8 {
                let kind = MetricKind.allCases.randomElement(using: &random) ?? .gauge
                let help = Self.text(&random) + "."
                let descriptor = MetricDescriptor(
                    "metric_\(index)_seconds",
                    kind,
                    help: help,
                    unit: kind == .info ? nil : "seconds",
                    labels: ["id", "text"]
                )
                descriptors.append(descriptor)
                var written: [String] = []
                writer.family(descriptor) { family in
                    for id in 0..<Int.random(in: 1...5, using: &random) {
                        let text = Self.text(&random)
                        let labels: RenderedLabels = ["id": "\(id)", "text": text]
                        if kind == .histogram {
                            Self.histogram(&family, labels, &random)
                            continue
                        }
                        let value = kind == .info ? 1 : Self.value(&random, isCounter: kind == .counter)
                        family.sample(labels, value)
                        let sample = ExpositionSample(
                            name: descriptor.sampleName,
                            labels: [
                                ExpositionLabel(name: "id", value: "\(id)"), ExpositionLabel(name: "text", value: text),
                            ],
                            value: value
                        )
                        written.append(sample.line)
                    }
                }
                lines += written
            }
            text = writer.finish()
        }

        private static func histogram(
            _ family: inout FamilyWriter,
            _ labels: RenderedLabels,
            _ random: inout SeededGenerator
        ) {
            let bounds = (0..<Int.random(in: 0...6, using: &random)).map { 0.1 * Double($0 * $0) - 0.2 }
            let counts = (0...bounds.count).map { _ in UInt64.random(in: 0...1_000_000, using: &random) }
            family.histogram(labels, bounds: bounds, counts: counts, sum: Double.random(in: 0...1e6, using: &random))
        }

        private static func text(_ random: inout SeededGenerator) -> String {
            let pieces = [
                "\\", "\"", "\n", "\\n", "{", "}", "# ", "#", ",", "=", " ", "a", "é", "😀", "\0", "\r", "\t", "\u{301}",
            ]
            return (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in
                pieces.randomElement(using: &random)
            }.joined()
        }

        private static func value(_ random: inout SeededGenerator, isCounter: Bool) -> Double {
            let value =
                [0, 1, 0x1p53, 1e300, 2.2250738585072014e-308, .infinity, .pi, 0.1].randomElement(using: &random) ?? 0
            let other = Double(bitPattern: random.next())
            let chosen = Bool.random(using: &random) || other.isNaN ? value : other
            return isCounter ? chosen.magnitude : chosen
        }
    }

    @Test("random families come back as they were", arguments: ExpositionFormat.allCases, 0..<50)
    func random(format: ExpositionFormat, seed: Int) throws {
        let specimen = Specimen(seed: UInt64(seed), format: format)
        let exposition = try ExpositionReader.read(specimen.text, as: format)
        let simple = exposition.families.filter { $0.type != .histogram }
        #expect(simple.flatMap(\.samples).map(\.line) == specimen.lines)
        for (family, descriptor) in zip(exposition.families, specimen.descriptors) {
            #expect(family.help == descriptor.help)
            #expect(family.name == (format == .openMetrics ? descriptor.name : descriptor.sampleName))
            #expect(family.unit == (format == .openMetrics ? descriptor.unit : nil))
        }
        #expect(exposition.families.count == specimen.descriptors.count)
    }

    @Test("both formats say the same", arguments: 0..<20)
    func formatsAgree(seed: Int) throws {
        let text = try ExpositionReader.read(Specimen(seed: UInt64(seed), format: .text004).text, as: .text004)
        let open = try ExpositionReader.read(Specimen(seed: UInt64(seed), format: .openMetrics).text, as: .openMetrics)
        #expect(text.samples.map(\.line) == open.samples.map(\.line))
    }

    @Test("OpenMetrics without its end is also text 0.0.4", arguments: 0..<20)
    func openMetricsAsText(seed: Int) throws {
        let specimen = Specimen(seed: UInt64(seed), format: .openMetrics)
        let text = String(decoding: specimen.text, as: UTF8.self).replacing(" info\n", with: " gauge\n")
        let read = try ExpositionReader.read(Array(text.utf8), as: .text004)
        let strict = try ExpositionReader.read(specimen.text, as: .openMetrics)
        #expect(read.samples.map(\.line).sorted() == strict.samples.map(\.line).sorted())
    }

    @Test(
        "the parser of prometheus_client takes what is written",
        .enabled(if: PythonClient.isInstalled, "python3 cannot import prometheus_client (PYTHON names another python)")
    )
    func prometheusClient() throws {
        for seed in 0..<20 {
            let specimen = Specimen(seed: UInt64(seed), format: .openMetrics)
            let samples = try ExpositionReader.read(specimen.text, as: .openMetrics).samples.count
            #expect(PythonClient.countSamples(specimen.text) == samples)
        }
        #expect(PythonClient.countSamples(Array("a 1\n".utf8)) == nil, "the parser took a text without its end")
    }
}
