import MetricsExport
import NetworkLab
import Testing

@testable import sse_sockwatch

extension EndToEnd {
    @Suite("A scrape")
    struct ScrapeTests {
        private let agents: Agents

        init() throws {
            agents = try AgentsTrait.agents
        }

        @Test("promtool finds nothing to complain about", .programs("promtool"))
        func promtool() async throws {
            let folder = try ScratchFolder()
            for agent in agents.all {
                let body = try agent.web.get("/metrics", accept: ExpositionFormat.text004.contentType).body
                let file = try folder.write(body, to: "scrape")
                let check = try LabProcess("sh", ["-c", "promtool check metrics < \"$0\"", file])
                #expect(try await check.waitForEnd(within: .seconds(30)) == .exited(0))
                #expect(check.standardOutput + check.standardError == "")
            }
        }

        @Test("prometheus_client's OpenMetrics parser takes it, and finds as many samples", .prometheusClient)
        func prometheusClient() async throws {
            let folder = try ScratchFolder()
            for agent in agents.all {
                let body = try agent.web.get("/metrics", accept: ExpositionFormat.openMetrics.contentType).body
                let samples = try ExpositionReader.read(body, as: .openMetrics).samples.count
                let file = try folder.write(body, to: "scrape")
                let parser = try LabProcess(python, ["-c", Self.parser, file])
                #expect(try await parser.waitForEnd(within: .seconds(30)) == .exited(0), "\(parser.standardError)")
                #expect(parser.standardOutput == "\(samples)\n")
            }
        }

        private static let parser = """
            import sys
            from prometheus_client.openmetrics.parser import text_fd_to_metric_families as parse
            print(sum(len(family.samples) for family in parse(open(sys.argv[1], encoding="utf-8"))))
            """

        @Test("both formats hold the same series")
        func formats() throws {
            for agent in agents.all {
                let text = try Series.all(of: agent.scrape(.text004))
                let openMetrics = try Series.all(of: agent.scrape(.openMetrics))
                #expect(text.subtracting(openMetrics) == [])
                #expect(openMetrics.subtracting(text) == [])
                #expect(text.count > 80)
            }
        }

        @Test(
            "the format is negotiated, and told in the content type",
            arguments: [
                (nil, ExpositionFormat.text004),
                ("*/*", .text004),
                ("text/html", .text004),
                ("application/openmetrics-text", .openMetrics),
                ("application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.5", .text004),
                ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics),
            ]
        )
        func negotiation(accept: String?, format: ExpositionFormat) throws {
            let answer = try agents.demo.web.get("/metrics", accept: accept)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == format.contentType)
            #expect(answer.text.hasSuffix("# EOF\n") == (format == .openMetrics))
            #expect(throws: Never.self) { try ExpositionReader.read(answer.body, as: format) }

            let head = try agents.demo.web.head("/metrics", accept: accept)
            #expect(head.status == 200)
            #expect(head.headers["content-type"] == format.contentType)
            #expect(head.body.isEmpty)
        }

        @Test(
            "other paths have their content types, too",
            arguments: [
                ("/", 200, "text/html; charset=utf-8"),
                ("/api/v1/snapshot", 200, "application/json; charset=utf-8"),
                ("/-/healthy", 200, "text/plain; charset=utf-8"),
                ("/-/ready", 200, "text/plain; charset=utf-8"),
                ("/nothing-here", 404, "text/plain; charset=utf-8"),
            ]
        )
        func contentTypes(path: String, status: Int, type: String) throws {
            let answer = try agents.demo.web.get(path)
            #expect(answer.status == status)
            #expect(answer.headers["content-type"] == type)
        }

        @Test("every family stands in the catalogue, in its order, with the labels that it names")
        func catalogue() throws {
            for agent in agents.all {
                let families = try agent.scrape().families
                let known = MetricCatalogue.all.filter { metric in families.contains { $0.name == metric.name } }
                #expect(families.map(\.name) == known.map(\.name))
                for (family, metric) in zip(families, known) {
                    #expect(family.type.rawValue == metric.kind.rawValue)
                    #expect(family.help == metric.help)
                    #expect(family.unit == metric.unit)
                    for sample in family.samples {
                        let labels = sample.labels.map(\.name).filter { $0 != "le" }
                        #expect(labels == metric.labels, "\(sample.line)")
                    }
                }
            }
        }

        @Test("the usual status codes are counted from 0")
        func statusCodes() throws {
            let codes = try agents.ratio.scrape().samples.filter { $0.name == "sse_sockwatch_http_requests_total" }
            #expect(Set(codes.compactMap { $0.label("code") }).isSuperset(of: ["200", "404", "500", "503"]))
        }
    }
}

/// A series: its name and labels.
enum Series {
    static func all(of exposition: Exposition) -> Set<String> {
        Set(exposition.samples.map { ExpositionSample(name: $0.name, labels: $0.labels, value: 0).line })
    }
}
