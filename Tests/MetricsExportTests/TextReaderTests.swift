import MetricsExport
import Testing

@Suite("Text 0.0.4 reads")
struct TextReaderTests {
    private func read(_ text: String) throws -> Exposition {
        try ExpositionReader.read(Array(text.utf8), as: .text004)
    }

    @Test("families with their metadata, and samples without")
    func families() throws {
        let exposition = try read(
            """
            # HELP go_gc_seconds Pauses, \\\\ and \\n.
            # \tTYPE go_gc_seconds summary
            go_gc_seconds{quantile="0"} 4.9351e-05
            go_gc_seconds{quantile="0.25",} 7.4e-05
            go_gc_seconds_sum 2
            go_gc_seconds_count 99

            # a comment
            #HELP
            # HELPless
            #
            #TYPE nothing at all
            wait_bucket{le="1"} 3
            # TYPE wait histogram
            wait_bucket{le="+Inf"} 3
            wait_count 3
            some:rate5m{a_b="c"}\t1
            go_routines 33  \t123123\t
            # TYPE requests_total counter
            # HELP requests_total
            requests_total 1e3
            # TYPE lonely gauge
            # TYPE plain untyped
            plain +Inf
            """
        )
        #expect(
            exposition.families.map { "\($0.name) \($0.type.rawValue) \($0.samples.count)" } == [
                "go_gc_seconds summary 4", "wait_bucket unknown 2", "wait histogram 1", "some:rate5m unknown 1",
                "go_routines unknown 1", "requests_total counter 1", "plain unknown 1",
            ]
        )
        #expect(exposition.families[0].help == "Pauses, \\ and \n.")
        #expect(exposition.families[5].help == "")
        #expect(
            exposition.families[4].samples == [ExpositionSample(name: "go_routines", value: 33, timestamp: 123.123)]
        )
    }

    @Test(
        "labels with blanks, commas and quotes as Prometheus takes them",
        arguments: [
            (#"a{b="c",d="e"} 1"#, #"a{b="c",d="e"} 1"#), (#"a { b = "c" , d = "e" , } 1"#, #"a{b="c",d="e"} 1"#),
            (#"a{b="c" d="e"}1"#, #"a{b="c",d="e"} 1"#), (#"  a{} 1"#, "a 1"), (#"{"a"} 1"#, "a 1"),
            (#"{"my.metric", a="b"} 1"#, #"{"my.metric",a="b"} 1"#),
            (#"{a="b","my.metric",} 1"#, #"{"my.metric",a="b"} 1"#),
            (#"a{"b.c"="d"} 1"#, #"a{"b.c"="d"} 1"#),
            (#"{"x \"y\" {z\n}","é\n"="6"} 10.0"#, #"{"x \"y\" {z\n}","é\n"="6"} 10"#),
            (#"a{b="\"\\\n\x"} 1"#, #"a{b="\"\\\n\\x"} 1"#), ("a{b=\"\0\"} 1", "a{b=\"\0\"} 1"),
            (#"a{b="}"} 1"#, #"a{b="}"} 1"#),
        ]
    )
    func labels(written: String, meant: String) throws {
        #expect(try read(written).samples.map(\.line) == [meant])
        #expect(try read(written + " 12\n").samples.first?.timestamp == 0.012)
    }

    @Test("the last line without a line feed, and nothing at all")
    func ends() throws {
        #expect(try read("a 1").samples.count == 1)
        #expect(try read("# EOF").samples.isEmpty)
        #expect(try read("").families.isEmpty)
    }

    @Test("the numbers that Go reads", arguments: ["1", "+1", "1.", "1e0", "1E+0", "0001", "1.0000"])
    func numbers(token: String) throws {
        #expect(try read("a \(token)\n").samples.first?.value == 1)
    }

    @Test(
        "the words that Go reads as numbers",
        arguments: ["NaN", "nan", "Inf", "+inf", "-Inf", "INFINITY", "-infinity"]
    )
    func words(token: String) throws {
        let value = try #require(try read("a \(token)\n").samples.first?.value)
        #expect(!value.isFinite)
        #expect((value == -.infinity) == token.hasPrefix("-"))
    }

    @Test("a family's lines wherever they stand")
    func scattered() throws {
        let exposition = try read("# TYPE a gauge\na{b=\"1\"} 1\nc 1\na{b=\"2\"} 2\n")
        #expect(exposition.families.map(\.samples.count) == [2, 1])
    }
}

@Suite("Text 0.0.4 refuses")
struct TextRefusalTests {
    @Test(
        "what Prometheus refuses, with the line",
        arguments: [
            Refused("no value", "a"), Refused("no value before a line feed", line: 2, "b 1\na\nc 1\n"),
            Refused("single quotes", "a{b='c'} 1"), Refused("no label value", "a{b=\n"),
            Refused("a string that is not closed", "a{b=\"\n\"} 1"), Refused("an escape at the end", "a{b=\"\\"),
            Refused("labels that are not closed", "a{b=\"c\""), Refused("a word", "a true"),
            Refused("no label name", "a{=\"\"} 0"), Refused("a leading comma", "a{,b=\"c\"} 0"),
            Refused("two commas", "a{b=\"c\",,d=\"e\"} 0"), Refused("an underscore", "a 1_2"),
            Refused("a hexadecimal number", "a 0x1p-3"), Refused("a number out of range", "a 1e999"),
            Refused("a negative timestamp", "a 0 -1"), Refused("a fraction of a millisecond", "a 0 1.5"),
            Refused("a timestamp out of range", "a 0 9223372036854775808"),
            Refused("a timestamp of zeros", "a 0 \(String(repeating: "0", count: 40))"),
            Refused("a third number", "a 0 1 2"), Refused("an exemplar", "a 0 # {} 1"),
            Refused("no name", "{b=\"c\"} 1"), Refused("an empty name", "{\"\"} 1"), Refused("two names", "a{\"b\"} 1"),
            Refused("two names in quotes", "{\"a\",\"b\"} 1"), Refused("a label twice", "a{b=\"1\",c=\"2\",b=\"3\"} 1"),
            Refused("a quoted label twice", "a{b=\"1\",\"b\"=\"2\"} 1"),
            Refused("the reserved label", "a{__name__=\"b\"} 1"),
            Refused("a carriage return", line: 2, "a 1\nb 1\r\n"), Refused("a line of carriage return", "\r\n"),
            Refused("a digit first", "0a 1"), Refused("a dash", "a-b 1"), Refused("a NUL after the name", "a\0 1"),
            Refused("a byte order mark", "\u{FEFF}a 1"), Refused("an HTML page", "<html>"),
            Refused("JSON", "{\"a\": 1}"),
            Refused("TYPE of no name", "# TYPE #"), Refused("HELP of no name", "# HELP #"),
            Refused("TYPE and no more", "# TYPE "),
            Refused("TYPE without a type", "# TYPE a"), Refused("an unknown type", "# TYPE a meh"),
            Refused("a type of OpenMetrics", line: 2, "\n# TYPE a gaugehistogram"),
            Refused("a space after the type", "# TYPE a gauge "),
            Refused("TYPE twice", line: 2, "# TYPE a gauge\n# TYPE a gauge"),
            Refused("HELP twice", line: 3, "# HELP a x\n\n# HELP a x"),
            Refused("TYPE after a sample", line: 2, "a 1\n# TYPE a gauge"),
            Refused("TYPE after a histogram's sample", line: 3, "# HELP a x\na 1\n# TYPE a histogram"),
        ]
    )
    func lines(_ refused: Refused) {
        #expect(refusal(of: refused.text, as: .text004)?.line == refused.line)
    }

    @Test("bytes that are not UTF-8", arguments: ["a{b=\"", "# HELP a ", "{\"", "a{"])
    func encoding(prefix: String) {
        #expect(refusal(of: Array("x 1\n\(prefix)".utf8) + [0xFF] + Array("\"} 1".utf8), as: .text004)?.line == 2)
    }

    @Test("and says where and why")
    func messages() {
        #expect(
            refusal(of: "a 1\na{b='c'} 1", as: .text004)?.description
                == "line 2, column 5: expected '\"', found '''"
        )
        #expect(
            refusal(of: "a 1\r\n", as: .text004)?.description
                == "line 1, column 4: lines must end in a line feed alone, without a carriage return"
        )
        #expect(
            refusal(of: "a \u{1B}[31m\n", as: .text004)?.description
                == "line 1, column 3: \"\u{FFFD}[31m\" is not a number"
        )
        #expect(
            refusal(of: "# TYPE a \u{7}\(String(repeating: "x", count: 100))\n# EOF\n", as: .openMetrics)?.message
                .contains("\"\u{FFFD}\(String(repeating: "x", count: 59))...\"") == true
        )
        #expect(
            refusal(of: "a 1\n", as: .openMetrics)?.description
                == "line 2: the text does not end with # EOF; it may have been cut off"
        )
    }
}
