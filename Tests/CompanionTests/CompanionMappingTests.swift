import Companion
import MetricsExport
import Testing

@Suite("Finding values by a mapping")
struct CompanionMappingTests {
    static func findings(
        _ text: String,
        _ rules: [CompanionValue: [CompanionRule]]
    ) throws -> [CompanionFinding] {
        CompanionMapping(rules: rules).findings(in: try CompanionDocument(Array(text.utf8)))
    }

    static let streams = """
        sse_active{stream="orders",transport="sse"} 5
        sse_active{stream="orders",transport="uni_sse"} 7
        sse_active{stream="prices",transport="websocket"} 100
        sse_active{stream="prices"} 11
        sse_active_peak 500

        """

    @Test(
        "samples are chosen by labels: equal, matched as a whole, or absent",
        arguments: [
            ([], 123.0),
            ([CompanionRule.Label(name: "stream", value: .equal("orders"))], 12),
            ([CompanionRule.Label(name: "transport", value: .equal(""))], 11),
            ([CompanionRule.Label(name: "nowhere", value: .equal(""))], 123),
        ] as [([CompanionRule.Label], Double)]
    )
    func labels(_ labels: [CompanionRule.Label], sum: Double) throws {
        let rule = CompanionRule(name: .equal("sse_active"), labels: labels)
        #expect(try Self.findings(Self.streams, [.activeConnections: [rule]]).map(\.number) == [sum])
    }

    @Test(
        "an expression must match the whole value",
        arguments: [
            ("sse|uni_sse", 12.0), ("sse", 5), (".*sse", 12), ("sse|", 16), ("(?!websocket).*", 23), ("ss", nil),
        ]
            as [(String, Double?)]
    )
    func expressions(_ pattern: String, sum: Double?) throws {
        let label = CompanionRule.Label(name: "transport", value: try .expression(pattern))
        let rule = CompanionRule(name: .equal("sse_active"), labels: [label])
        #expect(try Self.findings(Self.streams, [.activeConnections: [rule]]).first?.number == sum)
    }

    @Test("an expression can choose names as well")
    func nameExpression() throws {
        let rule = CompanionRule(name: try .expression("sse_.*_peak"))
        #expect(try Self.findings(Self.streams, [.activeConnections: [rule]]).map(\.number) == [500])
    }

    @Test("an expression that cannot be compiled is an error that shows it")
    func badExpression() throws {
        let error = try #require(throws: CompanionMappingError.self) { try CompanionPattern.expression("a(b") }
        #expect(error.message.contains("\"a(b\" is not a regular expression"))
    }

    @Test("several samples are summed, or the largest or first of them is taken")
    func aggregates() throws {
        for (aggregate, number) in [(CompanionAggregate.sum, 123.0), (.max, 100), (.first, 5)] {
            let rule = CompanionRule(name: .equal("sse_active"), aggregate: aggregate)
            #expect(try Self.findings(Self.streams, [.activeConnections: [rule]]).map(\.number) == [number])
        }
    }

    @Test("of shares the largest is taken, unless something else is asked for")
    func shares() throws {
        let text = "heartbeat_miss_rate{a=\"1\"} 0.25\nheartbeat_miss_rate{a=\"2\"} 0.875\n"
        let findings = CompanionMapping.plainNames.findings(in: try CompanionDocument(Array(text.utf8)))
        #expect(findings.map(\.number) == [0.875])
        #expect(findings.first?.sources.count == 2)
    }

    @Test("NaN among the samples makes the value NaN, however they are combined")
    func notANumber() throws {
        let text = "a{b=\"1\"} 3\na{b=\"2\"} NaN\n"
        for aggregate in [CompanionAggregate.sum, .max] {
            let rule = CompanionRule(name: .equal("a"), aggregate: aggregate)
            let finding = try #require(try Self.findings(text, [.activeConnections: [rule]]).first)
            #expect(finding.number.isNaN)
        }
    }

    @Test("the first rule that finds something is used")
    func alternatives() throws {
        let rules = [
            CompanionRule(name: .equal("absent")), CompanionRule(name: .equal("a")), CompanionRule(name: .equal("b")),
        ]
        #expect(try Self.findings("b 1\na 2\n", [.activeConnections: rules]).map(\.number) == [2])
    }

    @Test("a name also finds its counter with the suffix that OpenMetrics adds, but not at the cost of its own sample")
    func totalSuffix() throws {
        let rule = CompanionRule(name: .equal("hb_requests"))
        #expect(try Self.findings("hb_requests_total 4\n", [.reconnectionRate: [rule]]).map(\.number) == [4])
        #expect(
            try Self.findings("hb_requests_total 4\nhb_requests 3\n", [.reconnectionRate: [rule]]).map(\.number) == [3]
        )
    }

    @Test(
        "a declared kind beats TYPE, TYPE beats the name, and the name decides where nothing else does",
        arguments: [
            ("x 1\n", "x", nil, CompanionKind.gauge),
            ("x_total 1\n", "x_total", nil, .counter),
            ("# TYPE x counter\nx 1\n", "x", nil, .counter),
            ("# TYPE x_total gauge\nx_total 1\n", "x_total", nil, .gauge),
            ("# TYPE x gauge\nx 1\n", "x", .counter, .counter),
            ("# TYPE x_total counter\nx_total 1\n", "x_total", .gauge, .gauge),
        ] as [(String, String, CompanionKind?, CompanionKind)]
    )
    func kinds(_ text: String, name: String, declared: CompanionKind?, kind: CompanionKind) throws {
        let rule = CompanionRule(name: .equal(name), kind: declared)
        #expect(try Self.findings(text, [.reconnectionRate: [rule]]).map(\.kind) == [kind])
    }

    @Test("a gauge of idle timeouts is a counter all the same, and one of misses a ratio")
    func impliedKinds() throws {
        let text = "# TYPE a gauge\na 1\n"
        let rule = CompanionRule(name: .equal("a"))
        #expect(try Self.findings(text, [.idleTimeoutEvents: [rule]]).map(\.kind) == [.counter])
        #expect(try Self.findings(text, [.heartbeatMissRate: [rule]]).map(\.kind) == [.ratio])
    }

    @Test("a kind that makes no sense for its value is refused with what does")
    func invalidKinds() throws {
        let url = try CompanionURL("http://127.0.0.1/")
        for (value, kind, words) in [
            (CompanionValue.heartbeatMissRate, CompanionKind.counter, "map heartbeats_expected and heartbeats_missed"),
            (.activeConnections, .percent, "active_connections cannot be a percent, only gauge"),
            (.reconnectionRate, .ratio, "only gauge or counter"),
        ] {
            let mapping = CompanionMapping(rules: [value: [CompanionRule(name: .equal("a"), kind: kind)]])
            let error = try #require(throws: CompanionMappingError.self) {
                try CompanionTarget(id: "a", url: url, mapping: mapping)
            }
            #expect(error.message.contains(words), "\(error)")
        }
    }

    @Test("a number in JSON is named by its path")
    func jsonPath() throws {
        let rule = CompanionRule(name: .equal("streams[1].open"))
        let text = #"{"streams": [{"open": 3}, {"open": "4"}]}"#
        #expect(try Self.findings(text, [.activeConnections: [rule]]).map(\.number) == [4])
    }

    @Test("many samples and an expression are no matter of seconds")
    func many() throws {
        let text = (0..<100_000).map { "metric_\($0 % 50){id=\"\($0)\",transport=\"sse\"} 1\n" }.joined()
        let label = CompanionRule.Label(name: "transport", value: try .expression("sse|uni_sse"))
        let rule = CompanionRule(name: try .expression("metric_.*"), labels: [label])
        let document = try CompanionDocument(Array(text.utf8))
        let start = ContinuousClock.now
        let findings = CompanionMapping(rules: [.activeConnections: [rule]]).findings(in: document)
        #expect(findings.map(\.number) == [100_000])
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
