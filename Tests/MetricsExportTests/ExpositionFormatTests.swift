import MetricsExport
import Testing

@Suite("ExpositionFormat")
struct ExpositionFormatTests {
    private static let prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    private static let prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
        + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
        + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
    private static let prometheus3WithText =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,"
        + "text/plain;version=0.0.4;q=0.4,application/openmetrics-text;version=1.0.0;q=0.3,*/*;q=0.1"
    private static let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    @Test(
        "OpenMetrics is chosen",
        arguments: [
            prometheus2, prometheus3, "application/openmetrics-text", "APPLICATION/OpenMetrics-Text; Version=1.0.0",
            "application/openmetrics-text;version=\"1.0.0\"", "application/openmetrics-text;version=0.0.1",
            "application/openmetrics-text,text/plain", "text/plain;q=0.5, application/openmetrics-text;q=0.6",
            "application/*", "text/plain;q=0,*/*", "text/*;q=0.3,application/openmetrics-text;q=0.4",
            "*/*,application/openmetrics-text", "application/openmetrics-text ; q=0.001",
            ",,application/openmetrics-text",
            "x;a=\"\\\",\", application/openmetrics-text",
        ]
    )
    func openMetrics(accept: String) {
        #expect(ExpositionFormat.negotiate(accept: accept) == .openMetrics)
    }

    @Test(
        "text 0.0.4 is chosen",
        arguments: [
            nil, "", "*/*", browser, prometheus3WithText, "text/plain", "text/*",
            "text/plain,application/openmetrics-text",
            "application/openmetrics-text;q=0", "application/openmetrics-text;version=2.0.0",
            "application/openmetrics-text;q=0.0,*/*", "application/openmetrics-text;q=0.3,text/plain;q=0.4",
            "application/openmetrics-text;q=0.3,*/*;q=0.4", "*/*;q=0", "text/plain;q=0", "application/json",
            "application/openmetrics-text;q=2", "application/openmetrics-text;q=x", "application/openmetrics-text;q=",
            "application/openmetrics-text;q=0.0001", "application/openmetrics-text;q=1.001", "openmetrics", "/", ";",
            "\"",
            "application/", "/openmetrics-text", "text/plain/x", "\u{0}\u{1F600}",
            "\"application/openmetrics-text", "application/openmetrics-text;version=\"1.0.0",
        ] as [String?]
    )
    func text(accept: String?) {
        #expect(ExpositionFormat.negotiate(accept: accept) == .text004)
    }

    @Test("a header of 256 KiB takes linear time", arguments: [",", ";", "\"", "a/b,", "a/b;q=", "\\\"", "*/*;q=0.5,"])
    func hugeHeader(piece: String) {
        let header = String(repeating: piece, count: 1 << 18 / piece.utf8.count)
        let start = ContinuousClock.now
        _ = ExpositionFormat.negotiate(accept: header)
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test("the content type of an answer names its format")
    func contentType() {
        for format in ExpositionFormat.allCases {
            #expect(ExpositionFormat(contentType: format.contentType) == format)
        }
        #expect(ExpositionFormat(contentType: "text/plain") == .text004)
        #expect(ExpositionFormat(contentType: "Text/Plain; charset=utf-8") == .text004)
        #expect(ExpositionFormat(contentType: "text/plain; version=1.0.0; escaping=allow-utf-8") == .text004)
        #expect(ExpositionFormat(contentType: "application/openmetrics-text; version=0.0.1") == .openMetrics)
        for other in [
            "", "text/html", "application/json", "text/plain; version=2", "application/openmetrics-text;version=2.0.0",
            "*/*",
        ] {
            #expect(ExpositionFormat(contentType: other) == nil)
        }
    }
}
