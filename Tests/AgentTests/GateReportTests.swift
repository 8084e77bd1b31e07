import Companion
import HostSystem
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The report of a check")
struct GateReportTests {
    private static func report(
        _ bounds: [Bound],
        observations: [Observation],
        isInterrupted: Bool = false
    ) -> GateReport {
        var window = GateWindow()
        for observation in observations { window.add(observation) }
        return GateReport(
            window,
            bounds: bounds,
            collectors: Collectors(),
            startedAt: WallClock(seconds: 1_700_000_000.5),
            wanted: 60,
            isInterrupted: isInterrupted
        )
    }

    @Test("says bounds, numbers and evidence in a table, and the condition above it")
    func table() throws {
        let report = Self.report([.maxCloseWait(1), .maxDrift(2)], observations: [try .example()])
        let explanations = PortListing.explanations(try #require(report.ports.first).window.last)
        #expect(
            GateText(report: report).text == """
                Watched for 0 s, 1 samples.

                port 8080 orders: close_wait_stuck, slow_consumers
                \(explanations)    ESTABLISHED 2, CLOSE_WAIT 2, opened 0, closed 0, heartbeats 0 seen and 0 missed
                    bound           limit      measured  verdict  evidence
                    max-close-wait  at most 1  2         FAILED   2 in CLOSE_WAIT at the end; 2 while it was watched
                    max-drift       at most 2  1         ok       the server says 3, the kernel 4 to 5

                Check: failed: 1 broken of 2
                """
        )
        #expect(report.status == 1 && report.summary == "failed: 1 broken of 2")
    }

    @Test("counts an observation once, however often it is looked at")
    func twice() throws {
        let observation = try Observation.example()
        #expect(Self.report([], observations: [observation, observation]).samples == 1)
    }

    @Test("has judged nothing when it was interrupted, or when the kernel does not answer")
    func failures() throws {
        let interrupted = Self.report([.maxCloseWait(9)], observations: [try .example()], isInterrupted: true)
        #expect(interrupted.status == 2 && interrupted.summary == "ended after 0 of 60 s, so nothing is judged")
        #expect(interrupted.ports.first?.judgements.first?.measured == 2)
        let silent = Self.report([.maxCloseWait(9)], observations: [])
        #expect(silent.status == 2 && silent.summary == "nothing is judged: the kernel was not asked")
        #expect(JUnitText(report: silent, hostname: "h").text.contains("<testcase name=\"watching\""))
    }

    @Test("is one JSON object with the snapshot's names")
    func json() throws {
        let report = Self.report([.maxCloseWait(1)], observations: [try .example()])
        let text = String(decoding: try JSONText.bytes(of: GateDocument(report)), as: UTF8.self)
        for part in [
            #""outcome":"failed""#, #""exit_status":1"#, #""bound":"max-close-wait""#, #""limit":1,"measured":2"#,
            #""verdict":"failed""#, #""close_wait_most":2"#, #""condition":"close_wait_stuck""#,
            #""started_at":"2023-11-14T22:13:20.500Z""#,
        ] {
            #expect(text.contains(part), "\(part) is missing in \(text)")
        }
    }

    @Test(
        "escapes what XML does not take",
        arguments: [
            ("a & b < c > d \"e\"", "a &amp; b &lt; c &gt; d &quot;e&quot;"), ("\u{1B}[31m\u{0}", "?[31m?"),
            ("two\nlines", "two\nlines"), ("é ]]> \u{FFFE}", "é ]]&gt; ?"),
        ]
    )
    func escaping(text: String, escaped: String) {
        #expect(JUnitText.escaped(text) == escaped)
    }
}
