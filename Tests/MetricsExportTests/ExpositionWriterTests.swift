import MetricsExport
import Testing

@Suite("ExpositionWriter")
struct ExpositionWriterTests {
    private static let sockets = MetricDescriptor(
        "app_tcp_sockets",
        .gauge,
        help: #"Sockets "now", one line\two."#,
        labels: ["port", "state"]
    )
    private static let entered = MetricDescriptor("app_entered", .counter, help: "Entered.", labels: ["port"])
    private static let duration = MetricDescriptor("app_wait_seconds", .histogram, help: "Wait.", unit: "seconds")
    private static let build = MetricDescriptor("app_build", .info, help: "Build.", labels: ["version"])

    private func write(_ format: ExpositionFormat) -> String {
        var writer = ExpositionWriter(format: format)
        writer.family(Self.sockets) { family in
            family.sample(["port": "8080", "state": "a\"b\\c\nd"], 17)
            family.sample(["port": "8081", "state": "x"], Double.nan)
        }
        writer.family(Self.entered) { family in
            family.sample(["port": "8080"], UInt64.max)
        }
        writer.family(Self.duration) { family in
            family.histogram(bounds: [0.1, 1, 3600], counts: [1, 0, 2, 3], sum: 12.5)
        }
        writer.family(Self.build) { family in
            family.sample(["version": "1.0"], 1.0)
        }
        writer.family(MetricDescriptor("app_absent", .gauge, help: "Never.")) { _ in }
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test("text 0.0.4 names a counter with its suffix and an info as a gauge")
    func text004() {
        #expect(
            write(.text004) == #"""
                # HELP app_tcp_sockets Sockets "now", one line\\two.
                # TYPE app_tcp_sockets gauge
                app_tcp_sockets{port="8080",state="a\"b\\c\nd"} 17
                app_tcp_sockets{port="8081",state="x"} NaN
                # HELP app_entered_total Entered.
                # TYPE app_entered_total counter
                app_entered_total{port="8080"} 18446744073709551615
                # HELP app_wait_seconds Wait.
                # TYPE app_wait_seconds histogram
                app_wait_seconds_bucket{le="0.1"} 1
                app_wait_seconds_bucket{le="1.0"} 1
                app_wait_seconds_bucket{le="3600.0"} 3
                app_wait_seconds_bucket{le="+Inf"} 6
                app_wait_seconds_count 6
                app_wait_seconds_sum 12.5
                # HELP app_build_info Build.
                # TYPE app_build_info gauge
                app_build_info{version="1.0"} 1

                """#
        )
    }

    @Test("OpenMetrics has units, escaped quotes in HELP, and an end")
    func openMetrics() {
        #expect(
            write(.openMetrics) == #"""
                # HELP app_tcp_sockets Sockets \"now\", one line\\two.
                # TYPE app_tcp_sockets gauge
                app_tcp_sockets{port="8080",state="a\"b\\c\nd"} 17
                app_tcp_sockets{port="8081",state="x"} NaN
                # HELP app_entered Entered.
                # TYPE app_entered counter
                app_entered_total{port="8080"} 18446744073709551615
                # HELP app_wait_seconds Wait.
                # TYPE app_wait_seconds histogram
                # UNIT app_wait_seconds seconds
                app_wait_seconds_bucket{le="0.1"} 1
                app_wait_seconds_bucket{le="1.0"} 1
                app_wait_seconds_bucket{le="3600.0"} 3
                app_wait_seconds_bucket{le="+Inf"} 6
                app_wait_seconds_count 6
                app_wait_seconds_sum 12.5
                # HELP app_build Build.
                # TYPE app_build info
                app_build_info{version="1.0"} 1
                # EOF

                """#
        )
    }

    @Test("nothing but the end is written when there is nothing to say")
    func empty() {
        #expect(ExpositionWriter(format: .text004).finish().isEmpty)
        #expect(ExpositionWriter(format: .openMetrics).finish() == Array("# EOF\n".utf8))
    }

    @Test(
        "a value is written in its shortest exact form",
        arguments: [
            (17, "17"), (0, "0"), (-0.0, "0"), (-3, "-3"), (0.25, "0.25"), (0.1 + 0.2, "0.30000000000000004"),
            (0x1p53, "9007199254740992"), (-0x1p53, "-9007199254740992"), (10, "10"), (99, "99"), (1e300, "1e+300"),
            (1e-7, "1e-07"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func values(value: Double, text: String) {
        var writer = ExpositionWriter(format: .text004)
        writer.family(MetricDescriptor("a", .gauge, help: "h")) { $0.sample(value) }
        let lines = String(decoding: writer.finish(), as: UTF8.self).split(separator: "\n")
        #expect(lines.last == "a \(text)")
    }

    @Test(
        "a whole number is exact, however large",
        arguments: [0, 9, 10, 1_234_567_890, .max, .min, -1] as [Int64]
    )
    func wholeNumbers(value: Int64) {
        var writer = ExpositionWriter(format: .text004)
        writer.family(MetricDescriptor("a", .gauge, help: "h")) { $0.sample(value) }
        #expect(String(decoding: writer.finish(), as: UTF8.self).hasSuffix("\na \(value)\n"))
    }

    @Test("labels that many samples share follow the sample's own", arguments: [true, false], [true, false])
    func furtherLabels(hasOwn: Bool, hasFurther: Bool) {
        var writer = ExpositionWriter(format: .text004)
        writer.family(MetricDescriptor("a", .gauge, help: "h")) { family in
            family.sample(hasOwn ? ["p": "1"] : .none, and: hasFurther ? ["s": "x"] : .none, 7)
        }
        let labels = [hasOwn ? "p=\"1\"" : nil, hasFurther ? "s=\"x\"" : nil].compactMap(\.self).joined(separator: ",")
        let text = String(decoding: writer.finish(), as: UTF8.self)
        #expect(text.hasSuffix(labels.isEmpty ? "\na 7\n" : "\na{\(labels)} 7\n"))
    }

    @Test("the histograms of a family may differ in their bounds")
    func differingBounds() {
        var writer = ExpositionWriter(format: .text004)
        writer.family(MetricDescriptor("a", .histogram, help: "h")) { family in
            for bounds in [[1.0], [2.0], [], [1.0]] {
                family.histogram(bounds: bounds, counts: Array(repeating: 1, count: bounds.count + 1), sum: 1)
            }
        }
        let lines = String(decoding: writer.finish(), as: UTF8.self).split(separator: "\n")
        #expect(
            lines.filter { $0.contains("_bucket") } == [
                "a_bucket{le=\"1.0\"} 1", "a_bucket{le=\"+Inf\"} 2", "a_bucket{le=\"2.0\"} 1",
                "a_bucket{le=\"+Inf\"} 2", "a_bucket{le=\"+Inf\"} 1", "a_bucket{le=\"1.0\"} 1",
                "a_bucket{le=\"+Inf\"} 2",
            ]
        )
    }

    @Test("the texts of two writers make one, which only the last one ends")
    func parts() {
        var first = ExpositionWriter(format: .openMetrics)
        first.family(MetricDescriptor("a", .gauge, help: "h")) { $0.sample(1) }
        var last = ExpositionWriter(format: .openMetrics)
        last.family(MetricDescriptor("b", .gauge, help: "h")) { $0.sample(2) }
        let text = String(decoding: first.finish(isWhole: false) + last.finish(), as: UTF8.self)
        #expect(text == "# HELP a h\n# TYPE a gauge\na 1\n# HELP b h\n# TYPE b gauge\nb 2\n# EOF\n")
    }

    @Test("a histogram with negative bounds has neither count nor sum")
    func negativeBounds() {
        var writer = ExpositionWriter(format: .openMetrics)
        writer.family(MetricDescriptor("a", .histogram, help: "h")) { family in
            family.histogram(["p": "1"], bounds: [-1, 1], counts: [1, 1, 1], sum: 3)
        }
        let text = String(decoding: writer.finish(), as: UTF8.self)
        #expect(text.contains("a_bucket{p=\"1\",le=\"-1.0\"} 1\n"))
        #expect(text.contains("a_bucket{p=\"1\",le=\"+Inf\"} 3\n"))
        #expect(!text.contains("a_sum") && !text.contains("a_count"))
    }

    @Test("adding a label keeps those before it")
    func adding() {
        let port: RenderedLabels = ["port": "80"]
        #expect(port.adding("state", "x") == ["port": "80", "state": "x"])
        #expect(RenderedLabels.none.adding("a", "b") == RenderedLabels([(name: "a", value: "b")]))
    }
}
