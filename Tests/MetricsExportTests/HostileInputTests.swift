import MetricsExport
import Testing

/// Whatever stands in a text, the readers answer with metrics or with an error, in time that grows with its length.
@Suite("Hostile input")
struct HostileInputTests {
    private static let good = """
        # TYPE a counter
        # HELP a Help \\\\ "x".
        a_total{b="c\\"d\\n",e="é😀"} 17 1520879607.789 # {id="x"} 0.5 1
        # TYPE b_seconds histogram
        # UNIT b_seconds seconds
        b_seconds_bucket{le="0.5"} 1
        b_seconds_bucket{le="+Inf"} 2
        b_seconds_count 2
        b_seconds_sum -NaN
        {"c.d","e f"="g"} -1.5e-7 12
        # EOF

        """

    @Test("a text cut anywhere", arguments: ExpositionFormat.allCases)
    func cuts(format: ExpositionFormat) {
        let bytes = Array(Self.good.utf8)
        for length in 0...bytes.count {
            if format == .openMetrics {
                #expect(refusal(of: Array(bytes[..<length]), as: format) != nil)
            } else {
                _ = refusal(of: Array(bytes[..<length]), as: format)
            }
        }
    }

    @Test("a text with random bytes changed, removed, doubled and moved", arguments: ExpositionFormat.allCases, 0..<8)
    func mutations(format: ExpositionFormat, seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let good = Array(Self.good.utf8)
        let interesting = Array("\\\"{}#=, \n\r\t\0.+-eN_:09aZ".utf8) + [0x7F, 0x80, 0xC3, 0xFF]
        for _ in 0..<500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) where bytes.count > 1 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let end = Int.random(in: place..<min(bytes.count, place + 40), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[place] = interesting.randomElement(using: &random) ?? 0
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes.removeSubrange(place..<end)
                case 3:
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
                default: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: place)
                }
            }
            if let error = refusal(of: bytes, as: format) {
                let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
                #expect((1...lines).contains(error.line))
            }
        }
    }

    private static func repeated(_ piece: String, after prefix: String, to size: Int) -> [UInt8] {
        var bytes = Array(prefix.utf8)
        bytes.reserveCapacity(size + piece.utf8.count)
        while bytes.count < size {
            bytes.append(contentsOf: piece.utf8)
        }
        return bytes
    }

    @Test(
        "one piece over and over, after every kind of beginning",
        arguments: ExpositionFormat.allCases,
        [
            "\n", "\0", "{", "}", "\"", "\\", "#", "# ", "a", "a{", "a{b=\"", ",", "9", "1.", "a 1\n", "a{b=\"c\"} ",
            "b=\"c\",", "# HELP a x\n", "# TYPE a gauge\n", "\u{FEFF}", "é", "\\\"", "a 1 1\n", " ", "\t",
        ]
    )
    func repetition(format: ExpositionFormat, piece: String) {
        for prefix in [
            "", "a{", "a{b=\"", "a ", "a 1 ", "# HELP a ", "# TYPE a ", "# TYPE a counter\na_total 1 # {b=\"",
        ] {
            if let error = refusal(of: Self.repeated(piece, after: prefix, to: 1 << 14), as: format) {
                #expect(error.description.utf8.count < 1000)
            }
        }
    }

    /// The pieces that keep a reader busy to the end instead of failing at once.
    @Test(
        "eight MiB in linear time",
        arguments: ExpositionFormat.allCases,
        [("", "a{b=\"c\"} 12345.6789 1\n"), ("a{b=\"", "\\\""), ("a ", "9"), ("# HELP a ", "\\n")]
    )
    func eightMebibytes(format: ExpositionFormat, text: (prefix: String, piece: String)) {
        let bytes = Self.repeated(text.piece, after: text.prefix, to: 8 << 20)
        let start = ContinuousClock.now
        _ = refusal(of: bytes, as: format)
        // A quadratic reader would need days.
        #expect(ContinuousClock.now - start < .seconds(120))
    }

    @Test("eight MiB of samples", arguments: ExpositionFormat.allCases)
    func manySamples(format: ExpositionFormat) throws {
        var bytes = Array("# TYPE a gauge\n".utf8)
        var count = 0
        while bytes.count < 8 << 20 {
            bytes.append(contentsOf: "a{port=\"\(count)\",state=\"established\"} 12345.678 1604676851\n".utf8)
            count += 1
        }
        bytes.append(contentsOf: "# EOF\n".utf8)
        let start = ContinuousClock.now
        #expect(try ExpositionReader.read(bytes, as: format).samples.count == count)
        #expect(ContinuousClock.now - start < .seconds(120))
    }

    @Test("many families, many metrics of one and many labels of one sample", arguments: ExpositionFormat.allCases)
    func many(format: ExpositionFormat) throws {
        let end = format == .openMetrics ? "# EOF\n" : ""
        let families = (0..<20_000).map { "m\($0) 1\n" }.joined() + end
        #expect(try ExpositionReader.read(Array(families.utf8), as: format).families.count == 20_000)
        let metrics = (0..<20_000).map { "m{a=\"\($0)\"} 1\n" }.joined() + end
        #expect(try ExpositionReader.read(Array(metrics.utf8), as: format).samples.count == 20_000)
        let labels = "m{" + (0..<20_000).map { "a\($0)=\"b\"" }.joined(separator: ",") + "} 1\n" + end
        #expect(try ExpositionReader.read(Array(labels.utf8), as: format).samples.first?.labels.count == 20_000)
    }
}
