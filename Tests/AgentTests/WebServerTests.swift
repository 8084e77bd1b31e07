import NIOHTTP1
import SockDiag
import Testing

@testable import sse_sockwatch

@Suite("The web server", .timeLimit(.minutes(1)))
struct WebServerTests {
    @Test(
        "answers each path with its type, and with the same header to HEAD",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!DOCTYPE html>"),
            ("/metrics", "text/plain; version=0.0.4; charset=utf-8", "# HELP sse_sockwatch_tcp_sockets "),
            ("/-/healthy", "text/plain; charset=utf-8", "sse-sockwatch is healthy.\n"),
            ("/-/ready", "text/plain; charset=utf-8", "sse-sockwatch is ready.\n"),
            ("/api/v1/snapshot", "application/json; charset=utf-8", "{\""),
        ]
    )
    func paths(path: String, type: String, beginning: String) async throws {
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(.GET, path, port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["Content-Type"] == [type])
            #expect(answer.headers["Cache-Control"] == ["no-store"])
            #expect(answer.body.hasPrefix(beginning))
            let head = try await DemoConnection.answer(.HEAD, path, port: port)
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.headers["Content-Type"] == [type])
        }
    }

    @Test(
        "negotiates the format of the metrics",
        arguments: [
            ("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4", true),
            ("text/plain;version=0.0.4", false), ("*/*", false),
        ]
    )
    func negotiation(accept: String, isOpenMetrics: Bool) async throws {
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(.GET, "/metrics", port: port, headers: [("Accept", accept)])
            #expect(answer.headers["Content-Type"].first?.hasPrefix("application/openmetrics-text") == isOpenMetrics)
            #expect(answer.body.hasSuffix("# EOF\n") == isOpenMetrics)
        }
    }

    @Test("answers 404 for what is not there, and counts it")
    func missing() async throws {
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(.GET, "/metric", port: port)
            #expect(answer.status == 404 && answer.body == "404 Not Found\n")
            let metrics = try await DemoConnection.answer(.GET, "/metrics", port: port)
            #expect(metrics.body.contains("sse_sockwatch_http_requests_total{code=\"404\"} 1\n"))
        }
    }

    @Test(
        "answers 405 with what is allowed, for a method that a path does not have",
        arguments: [HTTPMethod.POST, .PUT, .DELETE, .PATCH],
        ["/", "/metrics", "/-/ready", "/api/v1/snapshot"]
    )
    func methods(method: HTTPMethod, path: String) async throws {
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(method, path, port: port, body: "x=1")
            #expect(answer.status == 405)
            #expect(answer.headers["Allow"] == ["GET, HEAD"])
        }
    }

    @Test("is not ready before the first good sample, and healthy all the same")
    func readiness() async throws {
        try await WebLab.withServer(samples: false) { port async throws in
            let ready = try await DemoConnection.answer(.GET, "/-/ready", port: port)
            #expect(ready.status == 503)
            #expect(ready.body == "sse-sockwatch has not sampled the kernel yet.\n")
            #expect(try await DemoConnection.answer(.GET, "/-/healthy", port: port).status == 200)
        }
        let failing = TableScript(.failure(.lasting, after: []))
        try await WebLab.withServer(script: failing) { port async throws in
            #expect(try await DemoConnection.answer(.GET, "/-/ready", port: port).status == 503)
        }
    }

    @Test("answers before Prometheus gives up, with what there is")
    func scrapeTimeout() async throws {
        let script = TableScript(.sockets(WebLab.sockets))
        try await WebLab.withServer(script: script, samples: false) { port async throws in
            let start = ContinuousClock.now
            let answer = try await DemoConnection.answer(
                .GET,
                "/metrics",
                port: port,
                headers: [("X-Prometheus-Scrape-Timeout-Seconds", "0.7")]
            )
            #expect(answer.status == 200)
            #expect(answer.body.contains("sse_sockwatch_scrape_collector_success{collector=\"sockets\"} 0\n"))
            #expect(ContinuousClock.now - start < .seconds(3), "without the header it would be 5 s")
        }
    }

    @Test("answers while the kernel takes its time: at once that it is healthy, and scrapes in their time")
    func slowDump() async throws {
        let script = TableScript(.sockets(WebLab.sockets))
        try await WebLab.withServer(script: script) { port async throws in
            script.hold()
            defer { script.release() }
            func scrape() async throws -> (status: Int, headers: HTTPHeaders, body: String) {
                try await DemoConnection.answer(
                    .GET,
                    "/metrics",
                    port: port,
                    headers: [("X-Prometheus-Scrape-Timeout-Seconds", "0.7")]
                )
            }
            // A scrape within a second of the last sample needs no other.
            try await DemoLab.eventually("a dump that does not end") {
                _ = try await scrape()
                return script.dumps == 2
            }
            let start = ContinuousClock.now
            for path in ["/-/healthy", "/-/ready"] {
                #expect(try await DemoConnection.answer(.GET, path, port: port).status == 200)
            }
            let answer = try await scrape()
            #expect(answer.status == 200 && answer.body.contains("{port=\"8080\",state=\"established\"} 1\n"))
            #expect(ContinuousClock.now - start < .seconds(3), "without the header it would be 5 s")
        }
    }

    @Test("refuses scrapes beyond their number, until one has been answered")
    func mostScrapes() async throws {
        let script = TableScript(.sockets(WebLab.sockets))
        try await WebLab.withServer({ $0.mostScrapes = 1 }, script: script) { port async throws in
            script.hold()
            try await DemoLab.eventually("a scrape that waits for its sample") {
                let scrape = try await DemoConnection.open(port: port)
                try await scrape.send(.GET, "/metrics")
                try await DemoLab.eventually("an answer, or a dump") { scrape.received.isComplete || script.dumps == 2 }
                return script.dumps == 2
            }
            let refused = try await DemoConnection.answer(.GET, "/metrics", port: port)
            #expect(refused.status == 503)
            #expect(refused.body.contains("1 scrapes are being answered (--web.max-requests)"))
            #expect(
                try await DemoConnection.answer(.GET, "/api/v1/owners", port: port).status == 400,
                "it is no scrape"
            )
            script.release()
            try await DemoLab.eventually("another is answered") {
                try await DemoConnection.answer(.GET, "/metrics", port: port).status == 200
            }
        }
    }

    @Test("reads the configuration again where it is allowed, and says what came of it")
    func reload() async throws {
        let outcomes: [(Reloader.Outcome, Int, String)] = [
            (.reloaded, 200, "The configuration was reloaded.\n"),
            (.nothing, 200, "There is no configuration file to be reloaded.\n"),
            (
                .refused(reason: "c.yml:1:1: no"), 500,
                "The configuration was not reloaded; the old one stays.\nc.yml:1:1: no\n"
            ),
        ]
        for (outcome, status, text) in outcomes {
            try await WebLab.withServer({ $0.enablesLifecycle = true }, reload: { outcome }) { port async throws in
                for method in [HTTPMethod.POST, .PUT] {
                    let answer = try await DemoConnection.answer(method, "/-/reload", port: port)
                    #expect(answer.status == status && answer.body == text)
                }
                let got = try await DemoConnection.answer(.GET, "/-/reload", port: port)
                #expect(got.status == 405 && got.headers["Allow"] == ["POST, PUT"])
            }
        }
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(.POST, "/-/reload", port: port)
            #expect(answer.status == 403 && answer.body.contains("--web.enable-lifecycle"))
        }
    }

    @Test("tells all scrapers the same of one sample, the truth of itself, and of the next sample when it is there")
    func scrapes() async throws {
        let script = TableScript(.sockets(WebLab.sockets))
        try await WebLab.withServer(script: script) { port async throws in
            let (first, second) = (try await scrape(port), try await scrape(port))
            #expect(first.sockets == second.sockets)
            let answered = "sse_sockwatch_http_requests_total{code=\"200\"} "
            #expect(first.agent.contains(answered + "0\n") && second.agent.contains(answered + "1\n"))
            script.answer(with: .sockets([.example(.listen, cookie: 1)]))
            try await DemoLab.eventually("the next sample") {
                try await scrape(port).sockets.contains("{port=\"8080\",state=\"close_wait\"} 0\n")
            }
        }
    }

    /// What is said of the sockets, and what the agent says of itself.
    private func scrape(_ port: Int) async throws -> (sockets: Substring, agent: Substring) {
        let text = try await DemoConnection.answer(.GET, "/metrics", port: port).body
        let agent = try #require(text.firstRange(of: "# HELP sse_sockwatch_config_last_reload")).lowerBound
        return (text[..<agent], text[agent...])
    }

    @Test("serves the metrics under another path, and there only")
    func telemetryPath() async throws {
        try await WebLab.withServer({ $0.telemetryPath = "/sse/metrics" }) { port async throws in
            #expect(try await DemoConnection.answer(.GET, "/sse/metrics", port: port).status == 200)
            #expect(try await DemoConnection.answer(.GET, "/metrics", port: port).status == 404)
            #expect(try await DemoConnection.answer(.POST, "/sse/metrics", port: port).status == 405)
            #expect(try await DemoConnection.answer(.GET, "/", port: port).body.contains("href=\"/sse/metrics\""))
        }
    }

    @Test("serves a snapshot that reads as JSON")
    func snapshot() async throws {
        struct Document: Decodable {
            struct Port: Decodable {
                var port: Int
                var name: String
                var condition: String
                var tcpSockets: [String: Int]
            }
            var version: String
            var sampledAt: String
            var sampleIntervalSeconds: Double
            var ports: [Port]
        }
        try await WebLab.withServer { port async throws in
            let answer = try await DemoConnection.answer(.GET, "/api/v1/snapshot", port: port)
            let document = try readJSON(answer.body, as: Document.self)
            #expect(document.version == BuildVersion.number)
            #expect(document.sampledAt.hasSuffix("Z"))
            #expect(document.ports.map(\.port) == [8080] && document.ports.map(\.name) == ["orders"])
            #expect(document.sampleIntervalSeconds == 3600)
            #expect(document.ports.first?.tcpSockets["close_wait"] == 1)
            #expect(document.ports.first?.tcpSockets.count == 10)
        }
    }
}

@Suite("The web server and clients that misbehave", .timeLimit(.minutes(1)))
struct WebServerConnectionTests {
    @Test(
        "closes a connection on which it has nothing to write",
        arguments: ["", "GET /metrics HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx"]
    )
    func silence(text: String) async throws {
        try await WebLab.withServer({ $0.longestSilence = .milliseconds(100) }) { port async throws in
            let client = try await RawClient.open(port: port)
            if !text.isEmpty { try await client.send(text) }
            try await DemoLab.eventually("the server closes") { client.received.isFinished }
        }
    }

    @Test("closes a connection whose first request does not come, long before one that is silent later")
    func firstRequest() async throws {
        try await WebLab.withServer({ $0.firstRequestWithin = .milliseconds(100) }) { port async throws in
            let served = try await RawClient.open(port: port)
            try await served.send("GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n")
            try await DemoLab.eventually("an answer") { served.received.text.contains("is healthy") }
            let silent = try await RawClient.open(port: port)
            let dripping = try await RawClient.open(port: port)
            try await dripping.send("GET / HTTP/1.1\r\nHo")
            try await DemoLab.eventually("the server closes those that ask nothing") {
                silent.received.isFinished && dripping.received.isFinished
            }
            #expect(!served.received.isFinished)
            try await served.close()
        }
    }

    @Test("closes a connection whose client sends drop by drop for ever")
    func dripping() async throws {
        try await WebLab.withServer({ $0.longestSilence = .milliseconds(100) }) { port async throws in
            let client = try await RawClient.open(port: port)
            try await client.send("GET / HTTP/1.1\r\n")
            try await DemoLab.eventually("the server closes") {
                try? await client.send("X: y\r\n")
                return client.received.isFinished
            }
        }
    }

    @Test("answers nonsense with 400 and goes on serving others")
    func nonsense() async throws {
        try await WebLab.withServer { port async throws in
            let client = try await RawClient.open(port: port)
            try await client.send("\u{1}\u{2}\u{3} nonsense\r\n\r\n")
            try await DemoLab.eventually("an answer") { client.received.text.hasPrefix("HTTP/1.1 400 ") }
            #expect(try await DemoConnection.answer(.GET, "/-/healthy", port: port).status == 200)
            // The server may have been first.
            try? await client.close()
        }
    }

    @Test("closes with a client that has finished, and keeps no socket in CLOSE_WAIT")
    func halfClosed() async throws {
        try await WebLab.withServer { port async throws in
            for text in ["", "GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HT"] {
                let client = try await RawClient.open(port: port)
                if !text.isEmpty { try await client.send(text) }
                try await client.close()
            }
            try await DemoLab.eventually("no socket in CLOSE_WAIT, nor established") {
                try DemoKernelSocket.count(port: port, state: DemoKernelSocket.State.closeWait) == 0
                    && DemoKernelSocket.count(port: port, state: DemoKernelSocket.State.established) == 0
            }
        }
    }

    @Test("takes no more clients than it may have: who has been silent longest goes, and never one that is asking")
    func limit() async throws {
        try await WebLab.withServer({ $0.mostConnections = 4 }) { port async throws in
            func ask(_ client: RawClient) async throws {
                let answers = client.received.text.split(separator: "is healthy").count
                try await client.send("GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n")
                try await DemoLab.eventually("an answer") {
                    client.received.text.split(separator: "is healthy").count > answers
                }
            }
            let asking = try await RawClient.open(port: port)
            try await ask(asking)
            var silent: [RawClient] = []
            for number in 0..<20 {
                silent.append(try await RawClient.open(port: port))
                try await ask(asking)
                let gone = max(0, number + 1 - 2)
                try await DemoLab.eventually("the others go, the first one first") {
                    silent.map(\.received.isFinished) == silent.indices.map { $0 < gone }
                }
            }
            #expect(!asking.received.isFinished)
            let late = try await RawClient.open(port: port)
            try await ask(late)
            for client in [asking, late] + silent { try? await client.close() }
        }
    }

    @Test("keeps who has asked, while a crowd comes that never does")
    func crowd() async throws {
        try await WebLab.withServer({ $0.mostConnections = 8 }) { port async throws in
            var scrapers: [RawClient] = []
            for _ in 0..<3 {
                let scraper = try await RawClient.open(port: port)
                try await scraper.send("GET /-/healthy HTTP/1.1\r\nHost: h\r\n\r\n")
                try await DemoLab.eventually("an answer") { scraper.received.text.contains("is healthy") }
                scrapers.append(scraper)
            }
            var crowd: [RawClient] = []
            for _ in 0..<20 { crowd.append(try await RawClient.open(port: port)) }
            try await DemoLab.eventually("the crowd goes but for those that have room") {
                crowd.count(where: \.received.isFinished) == 20 - 4
            }
            #expect(scrapers.allSatisfy { !$0.received.isFinished })
            for client in scrapers + crowd { try? await client.close() }
        }
    }
}
