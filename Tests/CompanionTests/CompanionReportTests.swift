import Companion
import MetricsExport
import Testing

@Suite("Reporting what was found")
struct CompanionReportTests {
    static func report(_ text: String) throws -> CompanionReport {
        let findings = CompanionPreset.generic.mapping.findings(in: try CompanionDocument(Array(text.utf8)))
        var tracker = CompanionTracker()
        return CompanionReport(findings: findings, reading: tracker.reading(of: findings, at: .zero))
    }

    @Test("each value has a line with where it came from")
    func values() throws {
        let report = try Self.report(
            """
            sse_active_connections{stream="a b"} 12
            sse_active_connections{stream="c"} 3
            sse_active_connections{stream="d"} 0
            sse_active_connections{stream="e"} 1
            reconnections_total 55
            heartbeat_miss_rate 1.7

            """
        )
        let sources = ["a b", "c", "d"].map { "sse_active_connections{stream=\"\($0)\"}" }.joined(separator: " + ")
        #expect(
            report.lines == [
                "active_connections   16           from \(sources) + 1 more",
                "reconnection_rate    55           from reconnections_total (counter, the rate takes two fetches)",
                "idle_timeout_events  not offered",
                "heartbeat_miss_rate  refused",
                "heartbeats_expected  not offered",
                "heartbeats_missed    not offered",
            ]
        )
        #expect(report.refusals == ["refused: heartbeat_miss_rate 1.7: a ratio above 1; is it a percent?"])
    }

    @Test("a name outside the exposition's alphabet stands as a mapping would have it")
    func path() throws {
        let report = try Self.report(#"{"sse": {"active_connections": 0.5}}"#)
        #expect(report.lines.first == "active_connections   0.5          from sse.active_connections")
        #expect(report.refusals.isEmpty)
    }
}
