import Companion
import MetricsExport
import Testing

@Suite("Presets")
struct CompanionPresetTests {
    struct Golden: Sendable, CustomTestStringConvertible {
        var preset: String
        var text: String
        var reading: CompanionReading
        var testDescription: String { preset }
    }

    @Test("a preset finds the values in what its server really offers", arguments: goldenTexts)
    func finds(_ golden: Golden) throws {
        let preset = try CompanionPreset.named(golden.preset)
        let document = try CompanionDocument(Array(golden.text.utf8), format: preset.format)
        var tracker = CompanionTracker()
        let reading = tracker.reading(of: preset.mapping.findings(in: document), at: .zero)
        #expect(reading == golden.reading)
    }

    @Test("every preset has a golden text, a name of its own and a summary")
    func complete() {
        let names = CompanionPreset.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(Set(Self.goldenTexts.map(\.preset)) == Set(names))
        #expect(CompanionPreset.all.allSatisfy { !$0.summary.isEmpty })
    }

    @Test("every expression of a preset compiles, and every kind makes sense for its value")
    func rules() throws {
        for preset in CompanionPreset.all {
            for (value, rules) in preset.mapping.rules {
                for rule in rules {
                    #expect(throws: Never.self) { try rule.validate(for: value) }
                    for pattern in [rule.name] + rule.labels.map(\.value) where pattern.description.hasPrefix("=~") {
                        #expect(throws: Never.self) {
                            try CompanionPattern.expression(String(pattern.description.dropFirst(2)))
                        }
                    }
                }
            }
        }
    }

    @Test("an unknown preset is an error that lists those there are")
    func unknown() throws {
        let error = try #require(throws: CompanionMappingError.self) { try CompanionPreset.named("apache") }
        #expect(error.message.hasPrefix("\"apache\" is not a preset; there are generic, mercure, centrifugo, nchan,"))
    }

    @Test("an underscore in a preset's name is as good as a hyphen")
    func underscore() throws {
        #expect(try CompanionPreset.named("nginx_exporter").name == "nginx-exporter")
    }

    @Test("a configuration's rule replaces the preset's for its value and leaves the others")
    func override() throws {
        let rule = CompanionRule(
            name: .equal("haproxy_frontend_current_sessions"),
            labels: [.init(name: "proxy", value: .equal("sse"))]
        )
        let target = try CompanionTarget(
            id: "a",
            url: CompanionURL("http://127.0.0.1/metrics"),
            preset: .named("haproxy"),
            mapping: CompanionMapping(rules: [.activeConnections: [rule]])
        )
        let text = try #require(Self.goldenTexts.first { $0.preset == "haproxy" }).text
        let findings = target.mapping.findings(in: try CompanionDocument(Array(text.utf8)))
        #expect(findings.map(\.value) == [.activeConnections, .reconnectionRate])
        #expect(findings.map(\.number) == [1742, 90_311])
    }

    @Test(
        "the plain names are found without any mapping, in every form",
        arguments: [
            ("active_connections 3\n", CompanionReading(activeConnections: 3)),
            ("sse_active_connections{a=\"1\"} 3\nsse_active_connections{a=\"2\"} 4\n", .init(activeConnections: 7)),
            ("reconnection_rate 0.5\n", .init(reconnections: .rate(0.5))),
            ("sse_reconnection_rate 0.5\n", .init(reconnections: .rate(0.5))),
            ("reconnections_total 5\nreconnection_rate 1\n", .init(reconnections: .total(5, ratePerSecond: nil))),
            (
                "# TYPE sse_reconnections counter\nsse_reconnections_total 5\n# EOF\n",
                .init(reconnections: .total(5, ratePerSecond: nil))
            ),
            ("idle_timeout_events 2\n", .init(idleTimeoutEvents: 2)),
            ("sse_idle_timeout_events_total 2\n", .init(idleTimeoutEvents: 2)),
            ("heartbeat_miss_rate 0.02\n", .init(heartbeats: .ratio(0.02))),
            (
                "heartbeats_expected_total 100\nheartbeats_missed_total 2\nheartbeat_miss_rate 0.5\n",
                .init(heartbeats: .counters(expected: 100, missed: 2, missRatio: nil))
            ),
            (
                "active_connections: 4\nreconnection_rate: 0.25\nidle_timeout_events: 1\nheartbeat_miss_rate: 0\n",
                .init(
                    activeConnections: 4,
                    reconnections: .rate(0.25),
                    idleTimeoutEvents: 1,
                    heartbeats: .ratio(0)
                )
            ),
            (
                #"{"active_connections": "4", "sse": {"reconnections_total": 9}, "heartbeat_miss_rate": 0.5}"#,
                .init(
                    activeConnections: 4,
                    reconnections: .total(9, ratePerSecond: nil),
                    heartbeats: .ratio(0.5)
                )
            ),
            ("my_active_connections 3\n", .init()),
        ] as [(String, CompanionReading)]
    )
    func plainNames(_ text: String, reading: CompanionReading) throws {
        let document = try CompanionDocument(Array(text.utf8))
        var tracker = CompanionTracker()
        let findings = CompanionPreset.generic.mapping.findings(in: document)
        #expect(tracker.reading(of: findings, at: .zero) == reading)
    }
}
