import MetricsExport
import Testing

/// What the specification of OpenMetrics 1.0 and the cases of its public test data forbid. Each text is closed by an
/// end of its own unless the end is the point.
@Suite("OpenMetrics refuses")
struct OpenMetricsRefusalTests {
    @Test(
        "a text that is not closed properly",
        arguments: [
            Refused("nothing at all", ""),
            Refused("a sample alone", line: 2, "a 1\n"),
            Refused("a sample that is cut off", "a 1"),
            Refused("a metric after the end", line: 3, "a 1\n# EOF\nb 1\n"),
            Refused("an empty line after the end", line: 2, "# EOF\n\n"),
            Refused("a second end", line: 2, "# EOF\n# EOF\n"),
            Refused("an end that goes on", line: 2, "a 1\n# EOFb\n"),
            Refused("an end in lower case", "# eof\n"),
            Refused("an end without its space", "#EOF\n"),
            Refused("a space before the end", " # EOF\n"),
            Refused("a space after the end", "# EOF \n"),
        ]
    )
    func ends(_ refused: Refused) {
        #expect(refusal(of: refused.text, as: .openMetrics)?.line == refused.line)
    }

    @Test(
        "a line that is not well-formed",
        arguments: [
            Refused("an empty line", line: 2, "a 1\n"),
            Refused("a line of spaces", " "),
            Refused("a comment", "# hello"),
            Refused("a comment without a space", "#hello"),
            Refused("a byte order mark", "\u{FEFF}a 1"),
            Refused("a carriage return after a value", "a 1\r"),
            Refused("a carriage return after a help text", "# HELP a x\r"),
            Refused("a leading space", " a 1"),
            Refused("a tab before the value", "a\t1"),
            Refused("two spaces before the value", "a  1"),
            Refused("a trailing space", "a 1 "),
            Refused("a trailing tab", "a 1\t"),
            Refused("no value", "a"),
            Refused("an empty value", "a "),
            Refused("no name", "{b=\"c\"} 1"),
            Refused("a name in quotes", "{\"a\",b=\"c\"} 1"),
            Refused("a digit first", "0a 1"),
            Refused("a dot in the name", "a.b 1"),
            Refused("a dash in the name", "a-b 1"),
            Refused("a letter beyond ASCII", "é 1"),
            Refused("a NUL in the name", "a\0 1"),
        ]
    )
    func lines(_ refused: Refused) {
        #expect(refusal(of: refused.text + "\n# EOF\n", as: .openMetrics)?.line == refused.line)
    }

    @Test(
        "a number that is none",
        arguments: [
            "a", "1a", "1_2", "0x1", "0X1", "0x1p-3", "0x1P-3", "0b1", "0o1", "1e", "1e+", ".", "-", "+", "--1",
            "1.2.3",
            "1,5", "+NaN", "-nan", "in", "infi", "1e999", "-1e999", "1\u{A0}", "１", "1\0",
        ]
    )
    func numbers(token: String) {
        #expect(refusal(of: "x 0\na \(token)\n# EOF\n", as: .openMetrics)?.line == 2)
        #expect(refusal(of: "a 1 \(token)\n# EOF\n", as: .openMetrics)?.line == 1)
        #expect(refusal(of: "# TYPE a counter\na_total 1 # {} \(token)\n# EOF\n", as: .openMetrics)?.line == 2)
        #expect(refusal(of: "# TYPE a counter\na_total 1 # {} 1 \(token)\n# EOF\n", as: .openMetrics)?.line == 2)
    }

    @Test("a timestamp that is not finite", arguments: ["NaN", "Inf", "+Inf", "-Inf", "infinity"])
    func timestamps(token: String) {
        #expect(refusal(of: "a 1 \(token)\n# EOF\n", as: .openMetrics)?.line == 1)
        #expect(refusal(of: "# TYPE a counter\na_total 1 # {} 1 \(token)\n# EOF\n", as: .openMetrics)?.line == 2)
    }

    @Test(
        "labels that are not well-formed",
        arguments: [
            #"a=1"#, #"a="1"#, #"a='1'"#, #"a"#, #"a"value""#, #"a="#, #"a=""#, #"="1""#, #"a="1"b="2""#,
            #"a="1",,b="2""#, #"a="1","#, #",a="1""#, #","#, #"1="1""#, #"a="1",a="1""#, #"a="1",b="2",a="3""#,
            #"a="1"b"#, #"a="1", b="2""#, #" a="1""#, #"a ="1""#, #"a= "1""#, #"a="1" "#, #"a.b="1""#, #""a"="1""#,
            #"é="1""#, #"a="\""#, #"__name__="b""#, #"a:b="1""#,
        ]
    )
    func labels(text: String) {
        #expect(refusal(of: "a{\(text)} 1\n# EOF\n", as: .openMetrics)?.line == 1)
        #expect(refusal(of: "# TYPE a counter\na_total 1 # {\(text)} 1\n# EOF\n", as: .openMetrics)?.line == 2)
    }

    @Test(
        "spacing around labels that is not exact",
        arguments: [
            "a {b=\"c\"} 1", "a{b=\"c\"}1", "a{b=\"c\"}  1", "a{b=\"c\"", "a{b=\"c\"}", "a{b=\"c\"} ", "a} 1", "a{ 1",
        ]
    )
    func braces(line: String) {
        #expect(refusal(of: line + "\n# EOF\n", as: .openMetrics)?.line == 1)
    }

    @Test("bytes that are not UTF-8", arguments: ["a{b=\"#\"} 1\n", "# HELP a #\n", "a{b=\"#\\n\"} 1\n"])
    func encoding(text: String) {
        let bytes = Array((text + "# EOF\n").utf8)
        for bad in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
            guard let place = bytes.firstIndex(of: UInt8(ascii: "#"), after: 1) else {
                Issue.record("no place for the bad bytes in \(text)")
                return
            }
            var broken = bytes
            broken.replaceSubrange(place...place, with: bad)
            #expect(refusal(of: broken, as: .openMetrics)?.line == 1)
        }
    }

    @Test(
        "metadata that is not well-formed or stands in the wrong place",
        arguments: [
            Refused("HELP alone", "# HELP"), Refused("HELP and a space", "# HELP "),
            Refused("HELP without its space", "# HELP a"), Refused("HELP and a tab", "# HELP a\tx"),
            Refused("HELP after a space", " # HELP a x"), Refused("HELP after two spaces", "#  HELP a x"),
            Refused("HELP after a tab", "#\tHELP a x"), Refused("HELP of no name", "# HELP 1 x"),
            Refused("TYPE alone", "# TYPE"), Refused("TYPE and a space", "# TYPE "),
            Refused("TYPE without a type", "# TYPE a"), Refused("TYPE with an empty type", "# TYPE a "),
            Refused("TYPE and a tab", "# TYPE a\tgauge"), Refused("an unheard-of type", "# TYPE a meh"),
            Refused("a trailing space", "# TYPE a gauge "), Refused("two spaces", "# TYPE a  gauge"),
            Refused("a type in capitals", "# TYPE a GAUGE"), Refused("text 0.0.4's untyped", "# TYPE a untyped"),
            Refused("UNIT alone", "# UNIT"), Refused("UNIT and a space", "# UNIT "),
            Refused("UNIT without its space", "# UNIT a"), Refused("UNIT and a tab", "# UNIT a\t"),
            Refused("a unit that is not in the name", "# UNIT a seconds"),
            Refused("a unit without its underscore", "# UNIT aseconds seconds"),
            Refused("a unit that is the name", "# UNIT seconds seconds"),
            Refused("a space after the unit", "# UNIT a_seconds seconds "),
            Refused("a unit of an info", line: 2, "# TYPE x_u info\n# UNIT x_u u"),
            Refused("a unit of a stateset", line: 2, "# UNIT x_u u\n# TYPE x_u stateset"),
            Refused("TYPE after a sample", line: 3, "# HELP a x\na 1\n# TYPE a gauge"),
            Refused("HELP after a sample", line: 3, "# TYPE a gauge\na 1\n# HELP a x"),
            Refused("UNIT after a sample", line: 3, "# TYPE a_s gauge\na_s 1\n# UNIT a_s s"),
            Refused("HELP twice", line: 2, "# HELP a x\n# HELP a x"),
            Refused("an empty HELP twice", line: 2, "# HELP a \n# HELP a "),
            Refused("TYPE twice", line: 2, "# TYPE a gauge\n# TYPE a gauge"),
            Refused("UNIT twice", line: 2, "# UNIT a_s s\n# UNIT a_s s"),
            Refused("another word", "# FOO a x"), Refused("a word in lower case", "# help a x"),
        ]
    )
    func metadata(_ refused: Refused) {
        #expect(refusal(of: refused.text + "\n# EOF\n", as: .openMetrics)?.line == refused.line)
    }
}

extension [UInt8] {
    fileprivate func firstIndex(of byte: UInt8, after start: Int) -> Int? {
        self[start...].firstIndex(of: byte)
    }
}
