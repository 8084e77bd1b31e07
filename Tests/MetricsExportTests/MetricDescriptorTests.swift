import MetricsExport
import Testing

@Suite("MetricDescriptor")
struct MetricDescriptorTests {
    @Test(
        "a descriptor that both formats can carry is valid",
        arguments: [
            MetricDescriptor("app_sockets", .gauge, help: "Sockets.", labels: ["port", "state"]),
            MetricDescriptor("app_cpu_seconds", .counter, help: "Time.", unit: "seconds"),
            MetricDescriptor("app_wait_seconds", .histogram, help: "Wait.", unit: "seconds", labels: ["port"]),
            MetricDescriptor("app_build", .info, help: "Build.", labels: ["version"]),
        ]
    )
    func valid(_ descriptor: MetricDescriptor) throws {
        try descriptor.validate()
    }

    @Test(
        "a descriptor that one of the formats would refuse is not",
        arguments: [
            MetricDescriptor("", .gauge, help: "h"), MetricDescriptor("1a", .gauge, help: "h"),
            MetricDescriptor("a-b", .gauge, help: "h"), MetricDescriptor("a:b", .gauge, help: "h"),
            MetricDescriptor("a_total", .counter, help: "h"), MetricDescriptor("a_info", .info, help: "h"),
            MetricDescriptor("a_count", .gauge, help: "h"), MetricDescriptor("a_created", .gauge, help: "h"),
            MetricDescriptor("a", .gauge, help: ""), MetricDescriptor("a", .gauge, help: "h", unit: "seconds"),
            MetricDescriptor("aseconds", .gauge, help: "h", unit: "seconds"),
            MetricDescriptor("a_", .gauge, help: "h", unit: ""),
            MetricDescriptor("a_bytes", .info, help: "h", unit: "bytes"),
            MetricDescriptor("a", .gauge, help: "h", labels: ["1"]),
            MetricDescriptor("a", .gauge, help: "h", labels: ["b", "b"]),
            MetricDescriptor("a", .gauge, help: "h", labels: ["__b"]),
            MetricDescriptor("a", .histogram, help: "h", labels: ["le"]),
            MetricDescriptor("a", .gauge, help: "h", labels: [""]),
        ]
    )
    func invalid(_ descriptor: MetricDescriptor) {
        #expect(throws: MetricDescriptorError.self) { try descriptor.validate() }
    }

    @Test("queries name the samples with their suffix")
    func sampleName() {
        #expect(MetricDescriptor("a", .counter, help: "h").sampleName == "a_total")
        #expect(MetricDescriptor("a", .info, help: "h").sampleName == "a_info")
        #expect(MetricDescriptor("a", .gauge, help: "h").sampleName == "a")
        #expect(MetricDescriptor("a", .histogram, help: "h").sampleName == "a")
    }
}
