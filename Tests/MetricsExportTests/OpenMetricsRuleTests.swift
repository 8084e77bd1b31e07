import MetricsExport
import Testing

/// What OpenMetrics asks of samples by the type of their family.
@Suite("OpenMetrics refuses by type")
struct OpenMetricsRuleTests {
    @Test(
        "names, values and labels that the type does not have",
        arguments: [
            Refused("a counter without its suffix", line: 2, "# TYPE a counter\na 1"),
            Refused("a counter that is NaN", line: 2, "# TYPE a counter\na_total NaN"),
            Refused("a negative counter", line: 2, "# TYPE a counter\na_total -1"),
            Refused("a counter without a total", line: 2, "# TYPE a counter\na_created 1"),
            Refused(
                "a counter with one total missing",
                line: 3,
                "# TYPE a counter\na_total{b=\"1\"} 1\na_created{b=\"2\"} 1"
            ),
            Refused("a time of creation that is NaN", line: 3, "# TYPE a counter\na_total 1\na_created NaN"),
            Refused("an info without its suffix", line: 2, "# TYPE a info\na 1"),
            Refused("an info of 2", line: 2, "# TYPE a info\na_info{b=\"c\"} 2"),
            Refused("an info of 0", line: 2, "# TYPE a info\na_info{b=\"c\"} 0"),
            Refused("a stateset of 2", line: 2, "# TYPE a stateset\na{a=\"b\"} 2"),
            Refused("a stateset of one half", line: 2, "# TYPE a stateset\na{a=\"b\"} 0.5"),
            Refused("a stateset of NaN", line: 2, "# TYPE a stateset\na{a=\"b\"} NaN"),
            Refused("a stateset without its label", line: 2, "# TYPE a stateset\na{b=\"c\"} 0"),
            Refused("a summary without a quantile", line: 2, "# TYPE a summary\na 0"),
            Refused("a quantile below 0", line: 2, "# TYPE a summary\na{quantile=\"-1\"} 0"),
            Refused("a quantile above 1", line: 2, "# TYPE a summary\na{quantile=\"1.01\"} 0"),
            Refused("a quantile of NaN", line: 2, "# TYPE a summary\na{quantile=\"NaN\"} 0"),
            Refused("a quantile that is no number", line: 2, "# TYPE a summary\na{quantile=\"x\"} 0"),
            Refused("a negative quantile's value", line: 2, "# TYPE a summary\na{quantile=\"0.5\"} -1"),
            Refused("a quantile on a count", line: 2, "# TYPE a summary\na_count{quantile=\"0.5\"} 1"),
            Refused("a summary's sum of NaN", line: 2, "# TYPE a summary\na_sum NaN"),
            Refused("a summary's negative sum", line: 2, "# TYPE a summary\na_sum -1"),
            Refused("a summary's count of NaN", line: 2, "# TYPE a summary\na_count NaN"),
            Refused("a summary's negative count", line: 2, "# TYPE a summary\na_count -1"),
            Refused("a summary's broken count", line: 2, "# TYPE a summary\na_count 0.5"),
        ]
    )
    func types(_ refused: Refused) {
        #expect(refusal(of: refused.text + "\n# EOF\n", as: .openMetrics)?.line == refused.line)
    }

    @Test(
        "a histogram that does not add up",
        arguments: [
            ["_sum 1"], ["_count 1"], ["_bucket 0"], [#"_bucket{le="NaN"} 0"#], [#"_bucket{le="x"} 0"#],
            [#"_bucket{le="+INF"} 0"#], [#"_bucket{le="Inf"} 0"#], [#"_bucket{le="1.0"} 0"#], [#"_bucket{le=""} 0"#],
            [#"_bucket{le="+Inf"} NaN"#], [#"_bucket{le="+Inf"} -1"#], [#"_bucket{le="+Inf"} 0.5"#],
            [#"_bucket{le="+Inf"} 0"#, "_sum 0"], [#"_bucket{le="+Inf"} 0"#, "_count 0"],
            [#"_bucket{le="+Inf"} 0"#, "_count 1", "_sum 0"], ["_count 1", #"_bucket{le="+Inf"} 0"#, "_sum 0"],
            [#"_bucket{le="+Inf"} 1"#, "_count -1", "_sum 0"], [#"_bucket{le="+Inf"} 1"#, "_count 1", "_sum NaN"],
            [#"_bucket{le="+Inf"} 1"#, "_count 1", "_sum -1"],
            [#"_bucket{le="+Inf"} 1"#, #"_count{le="1"} 1"#, "_sum 1"],
            [#"_bucket{le="2"} 0"#, #"_bucket{le="1"} 0"#, #"_bucket{le="+Inf"} 0"#],
            [#"_bucket{le="1"} 0"#, #"_bucket{le="1.0"} 0"#, #"_bucket{le="+Inf"} 0"#],
            [#"_bucket{le="1"} 1"#, #"_bucket{le="2"} 1"#, #"_bucket{le="+Inf"} 0"#],
            [#"_bucket{le="+Inf"} 1"#, #"_bucket{le="2"} 1"#],
            [#"_bucket{a="1",le="1"} 0"#, #"_bucket{a="2",le="+Inf"} 0"#, #"_bucket{a="1",le="+Inf"} 0"#],
        ]
    )
    func histograms(samples: [String]) {
        let histogram = samples.map { "a\($0)\n" }.joined()
        let gauge = histogram.replacing("_sum", with: "_gsum").replacing("_count", with: "_gcount")
        #expect(refusal(of: "# TYPE a histogram\n\(histogram)# EOF\n", as: .openMetrics) != nil)
        #expect(refusal(of: "# TYPE a gaugehistogram\n\(gauge)# EOF\n", as: .openMetrics) != nil)
    }

    @Test("a histogram with both buckets below 0 and a sum, which a gaugehistogram may have")
    func negativeBounds() {
        let samples = "a_bucket{le=\"-1.0\"} 1\na_bucket{le=\"+Inf\"} 2\na_gcount 2\na_gsum -3\n"
        #expect(refusal(of: "# TYPE a gaugehistogram\n\(samples)# EOF\n", as: .openMetrics) == nil)
        let histogram = samples.replacing("_g", with: "_").replacing("-3", with: "3")
        #expect(refusal(of: "# TYPE a histogram\n\(histogram)# EOF\n", as: .openMetrics)?.line == 5)
    }

    @Test(
        "an exemplar that is not well-formed or has no place",
        arguments: [
            #"a_bucket{le="+Inf"} 1 #"#, #"a_bucket{le="+Inf"} 1# {} 1"#, #"a_bucket{le="+Inf"} 1 #{} 1"#,
            #"a_bucket{le="+Inf"} 1 # {}1"#, #"a_bucket{le="+Inf"} 1 # {}"#, #"a_bucket{le="+Inf"} 1 # {} "#,
            #"a_bucket{le="+Inf"} 1 # {} 1 "#, #"a_bucket{le="+Inf"} 1 # {} 1 1 "#,
            #"a_bucket{le="+Inf"} 1 # {} 1 1 1"#,
            #"a_bucket{le="+Inf"} 1  # {} 1"#, #"a_bucket{le="+Inf"} 1 #  {} 1"#, #"a_bucket{le="+Inf"} 1 # 1"#,
            #"a_bucket{le="+Inf"} 1 # id="b"} 1"#, #"a_bucket{le="+Inf"} 1 {id="b"} 1"#,
            #"a_bucket{le="+Inf"} 1 # {} 1 # {} 1"#, #"a_bucket{le="+Inf"} 1 # {} NaN"#,
            #"a_bucket{le="1"} 1 # {} 2"#, #"a_bucket{le="+Inf"} 1 5 #"#, #"a_bucket{le="+Inf"} 1 5 # {}"#,
        ]
    )
    func exemplars(line: String) {
        let text = "# TYPE a histogram\n\(line)\na_bucket{le=\"+Inf\"} 1\n# EOF\n"
        #expect(refusal(of: text, as: .openMetrics)?.line == 2)
    }

    @Test(
        "an exemplar on a sample that must not have one",
        arguments: [
            "# TYPE a gauge\na 1", "# TYPE a unknown\na 1", "# TYPE a info\na_info 1", "# TYPE a summary\na_count 1",
            "# TYPE a summary\na{quantile=\"0.5\"} 1", "# TYPE a stateset\na{a=\"b\"} 1", "# TYPE a histogram\na_sum 1",
            "# TYPE a gaugehistogram\na_gsum 1", "# TYPE a counter\na_created 1", "# TYPE a_bucket gauge\na_bucket 1",
        ]
    )
    func misplacedExemplars(text: String) {
        #expect(refusal(of: text + " # {a=\"b\"} 0.5\n# EOF\n", as: .openMetrics)?.line == 2)
    }

    @Test("an exemplar's labels of more than 128 characters, however many bytes they have")
    func exemplarLength() {
        for letter in ["x", "☃", "😀"] {
            func text(_ count: Int) -> String {
                "# TYPE a counter\na_total 1 # {id=\"\(String(repeating: letter, count: count))\"} 1\n# EOF\n"
            }
            #expect(refusal(of: text(126), as: .openMetrics) == nil)
            #expect(refusal(of: text(127), as: .openMetrics)?.line == 2)
        }
    }

    @Test(
        "samples that do not stand together, or not in order",
        arguments: [
            Refused("metrics that interleave", line: 4, "# TYPE a gauge\na{b=\"1\"} 0\na{b=\"2\"} 0\na{b=\"1\"} 0 1"),
            Refused(
                "summaries that interleave",
                line: 4,
                "# TYPE a summary\na_sum{b=\"1\"} 0\na_sum{b=\"2\"} 0\na_count{b=\"1\"} 0"
            ),
            Refused(
                "the same labels in another order",
                line: 3,
                "# TYPE a gauge\na{b=\"1\",c=\"2\"} 0\na{c=\"2\",b=\"1\"} 0"
            ),
            Refused("a sample twice", line: 3, "# TYPE a gauge\na 1\na 1"),
            Refused("a sample twice at one time", line: 3, "# TYPE a gauge\na 1 5\na 1 5.0"),
            Refused("an info twice", line: 3, "# TYPE a info\na_info{b=\"c\"} 1\na_info{b=\"c\"} 1"),
            Refused("a state twice", line: 3, "# TYPE a stateset\na{a=\"b\"} 1\na{a=\"b\"} 1"),
            Refused(
                "points that interleave",
                line: 4,
                "# TYPE a summary\na_count 0 1\na_count 0 4\na_sum 0 1\na_sum 0 4"
            ),
            Refused("time that goes backwards", line: 3, "# TYPE a gauge\na 0 1\na 0 -1"),
            Refused("time that goes backwards below 0", line: 3, "# TYPE a gauge\na 0 -1\na 0 -1.1"),
            Refused(
                "time that goes back by a nanosecond",
                line: 3,
                "# TYPE a gauge\na 0 1604676851.123456789\na 0 1604676851.123456788"
            ),
            Refused("a timestamp that comes late", line: 3, "# TYPE a gauge\na 0\na 0 1"),
            Refused("a timestamp that is missing", line: 3, "# TYPE a gauge\na 0 1\na 0"),
            Refused("families that interleave", line: 4, "# TYPE a gauge\na{b=\"1\"} 1\nc 1\na{b=\"2\"} 1"),
            Refused("a family that comes back", line: 3, "# TYPE a counter\n# TYPE b counter\n# HELP a x"),
            Refused("a gauge named as a counter's sample", line: 2, "# TYPE a_created gauge\n# TYPE a counter"),
            Refused(
                "a counter's sample named as a gauge",
                line: 3,
                "# TYPE a counter\na_total 1\n# TYPE a_total gauge"
            ),
        ]
    )
    func order(_ refused: Refused) {
        #expect(refusal(of: refused.text + "\n# EOF\n", as: .openMetrics)?.line == refused.line)
    }
}
