import MetricsExport
import Testing

@Suite("OpenMetrics reads")
struct OpenMetricsReaderTests {
    private func read(_ text: String) throws -> Exposition {
        try ExpositionReader.read(Array((text + "# EOF\n").utf8), as: .openMetrics)
    }

    @Test("every type with its metadata in any order")
    func types() throws {
        let exposition = try read(
            """
            # TYPE a counter
            # HELP a Help with \\"quotes\\", \\\\ and \\n.
            a_total{b="c"} 17 1520879607.789
            a_created{b="c"} 1520430000.123 1520879607.789
            # HELP b_seconds \("")
            # UNIT b_seconds seconds
            # TYPE b_seconds summary
            b_seconds_count 1
            b_seconds_sum 2
            b_seconds{quantile="0.5"} NaN
            b_seconds{quantile="1"} 0.8
            # TYPE c stateset
            c{c="on"} 1
            c{c="off"} 0.0
            # TYPE d info
            d_info{version="1"} 1.0
            # TYPE e histogram
            e_bucket{le="0.5"} 1 # {id="x # } y"} 0.4 123
            e_bucket{le="+Inf"} 2 # {} 7
            e_count 2
            e_sum 7.4
            e_created 1
            # TYPE f gaugehistogram
            f_gcount 3
            f_gsum 2
            f_bucket{le="1e-04"} 0
            f_bucket{le="+Inf"} 3
            # TYPE g unknown
            g -Inf
            # TYPE h gauge
            i 1

            """
        )
        #expect(exposition.families.map(\.name) == ["a", "b_seconds", "c", "d", "e", "f", "g", "h", "i"])
        #expect(
            exposition.families.map(\.type) == [
                .counter, .summary, .stateset, .info, .histogram, .gaugehistogram, .unknown, .gauge, .unknown,
            ]
        )
        #expect(exposition.families[0].help == "Help with \"quotes\", \\ and \n.")
        #expect(exposition.families[1].help == nil)
        #expect(exposition.families[1].unit == "seconds")
        #expect(
            exposition.families[0].samples.first
                == ExpositionSample(
                    name: "a_total",
                    labels: [ExpositionLabel(name: "b", value: "c")],
                    value: 17,
                    timestamp: 1520879607.789
                )
        )
        #expect(exposition.samples.count == 20)
    }

    @Test(
        "numbers in every allowed form",
        arguments: [
            ("0000000000000000000000000000000000000000001", 1), ("00001.2e-1", 0.12), ("1.", 1), (".5", 0.5), ("+1", 1),
            ("-1.5E+3", -1500), ("9223372036854775808", 0x1p63), ("inf", .infinity), ("-INFINITY", -.infinity),
            ("+Inf", .infinity), ("1e-999", 0), ("0.1e1", 1),
        ] as [(String, Double)]
    )
    func numbers(token: String, value: Double) throws {
        #expect(try read("a \(token)\n").samples.first?.value == value)
    }

    @Test("NaN in any case", arguments: ["NaN", "nan", "NAN"])
    func nan(token: String) throws {
        #expect(try read("a \(token)\n").samples.first?.value.isNaN == true)
    }

    @Test(
        "escapes, of which unknown ones stay as they are",
        arguments: [
            (#"foo"#, "foo"), (#"\foo"#, #"\foo"#), (#"\\foo"#, #"\foo"#), (#"foo\\"#, #"foo\"#), (#"\n"#, "\n"),
            (#"\\n"#, #"\n"#), (#"\\\n"#, "\\\n"), (#"\""#, "\""), (#"\\\""#, "\\\""), ("b{a}z # ", "b{a}z # "),
            ("\0", "\0"), ("", ""), ("é😀\r\t", "é😀\r\t"),
        ]
    )
    func escapes(written: String, meant: String) throws {
        let exposition = try read("# HELP a \(written).\na{b=\"\(written)\",c=\"d\"} 1\n")
        #expect(exposition.samples.first?.label("b") == meant)
        #expect(exposition.families.first?.help == meant + ".")
    }

    @Test("a help text leniently: quotes and a last backslash need no escape")
    func help() throws {
        #expect(try read("# HELP a say \"x\" \\\n").families.first?.help == "say \"x\" \\")
    }

    @Test(
        "a text that looks odd but is allowed",
        arguments: [
            "", "a{} 1\n", "# HELP a \n# UNIT a \n", "a_total 1\na_created 5\n", "# TYPE a gauge\na 17 123\na 18 456\n",
            "# TYPE a gauge\na 1 0.0000000000\na 2 0.0000000001\na 3 0.0000000010\n",
            "# TYPE a counter\na_total 1 12345678901234567890.1234567890\na_total 2 1.3e19\n",
            "# TYPE a info\na_info{b=\"1\"} 1 1\na_info{b=\"2\"} 1 0\n", "# TYPE a gauge\na_total 1\n",
            "# TYPE a info\na_info{b=\"1\"} 1\na_info{b=\"2\"} 1 0\n", "a_bucket{le=\"x\"} NaN\n",
            "# TYPE a gauge\na{quantile=\"2\",le=\"x\"} -1\n",
            "# TYPE a counter\na_total{b=\"\"} 1\na_total{b=\"x\"} 2\n", "# TYPE a summary\n", "a:b{_c=\"d\"} 1\n",
            "# TYPE a histogram\na_bucket{b=\"1\",le=\"+Inf\"} 0\na_bucket{le=\"+Inf\",b=\"2\"} 0\n",
            "# TYPE a summary\na_count{b=\"1\"} 0 1\na_sum{b=\"1\"} 0 1\na_count{b=\"1\"} 0 4\na_sum{b=\"1\"} 0 4\n",
        ]
    )
    func odd(text: String) {
        #expect(refusal(of: text + "# EOF\n", as: .openMetrics) == nil)
        #expect(refusal(of: text + "# EOF", as: .openMetrics) == nil)
    }

    @Test(
        "timestamps in every allowed form",
        arguments: [
            ("5", 5), ("5.", 5), (".5", 0.5), ("-.5", -0.5), ("-1.25", -1.25), ("1.5e3", 1500), ("0005.50", 5.5),
            ("1.99999999999999999999", 2), ("1604676851.123456789", 1604676851.123456789), ("-15e-1", -1.5),
        ] as [(String, Double)]
    )
    func timestamps(token: String, seconds: Double) throws {
        #expect(try read("a 1 \(token)\n").samples.first?.timestamp == seconds)
    }

    @Test("two labels that Swift holds equal and bytes do not")
    func canonicalEquivalence() throws {
        let exposition = try read("a{b=\"\u{E9}\"} 1\na{b=\"e\u{301}\"} 2\n")
        #expect(exposition.samples.map(\.value) == [1, 2])
    }
}
