import Companion
import Testing

@Suite("Asking several servers", .timeLimit(.minutes(2)))
struct CompanionsTests {
    static func answer(_ body: String, contentType: String = "text/plain") -> [LocalServer.Step] {
        [
            .send(
                "HTTP/1.1 200 OK\r\nContent-Type: \(contentType)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            )
        ]
    }

    @Test("all are asked at once: the ones that hang cost one timeout together and the others nothing")
    func concurrent() async throws {
        try await LocalServer.run(Self.answer("active_connections 5\n")) { good in
            try await LocalServer.run([]) { hanging in
                var targets = try (0..<20).map { index in
                    try CompanionTarget(
                        id: "hanging-\(index)",
                        url: CompanionURL(hanging.url()),
                        timeout: .milliseconds(500)
                    )
                }
                targets.append(try CompanionTarget(id: "good", url: CompanionURL(good.url()), timeout: .seconds(30)))
                let companions = Companions(targets: targets)
                let start = ContinuousClock.now
                let outcomes = await companions.readAll()
                // One after the other they would take ten seconds.
                #expect(ContinuousClock.now - start < .seconds(8))
                #expect(outcomes.count == 21)
                #expect(outcomes["good"]?.reading?.activeConnections == 5)
                #expect(outcomes["good"]?.isUp == true)
                #expect(outcomes.filter { $0.value.failure?.code == .timedOut }.count == 20)
                await companions.shutdown()
            }
        }
    }

    @Test("a second reading has the rate of a counter, and refusals add up")
    func twoReadings() async throws {
        let body = "reconnections_total 7\nheartbeat_miss_rate 1.7\n"
        try await LocalServer.run(Self.answer(body)) { server in
            let target = try CompanionTarget(id: "a", url: CompanionURL(server.url()), timeout: .seconds(30))
            let companions = Companions(targets: [target])
            let first = await companions.readAll()["a"]
            #expect(first?.reading?.reconnections == .total(7, ratePerSecond: nil))
            #expect(first?.refusedTotal == 1)
            let second = await companions.readAll()["a"]
            #expect(second?.reading?.reconnections == .total(7, ratePerSecond: 0))
            #expect(second?.refusedTotal == 2)
            #expect(second?.reading?.refused.map(\.name) == [.heartbeatMissRate])

            // The same target keeps its memory, another one starts afresh.
            await companions.replaceTargets([target])
            #expect(await companions.readAll()["a"]?.refusedTotal == 3)
            let other = try CompanionTarget(id: "a", url: CompanionURL(server.url("/other")), timeout: .seconds(30))
            await companions.replaceTargets([other])
            #expect(await companions.readAll()["a"]?.refusedTotal == 1)
            await companions.shutdown()
        }
    }

    @Test(
        "a body that is not what its content type says is a failure with the URL and the line",
        arguments: [
            ("a 1\nb{ 2\n", "text/plain; version=0.0.4", 2),
            ("<html>\n<body>login</body>\n</html>\n", "text/html", 1),
            ("active_connections 5\n", "application/json", 1),
            ("{\"a\":\n1,}", "application/json", 2),
        ]
    )
    func malformed(_ body: String, contentType: String, line: Int) async throws {
        try await LocalServer.run(Self.answer(body, contentType: contentType)) { server in
            let target = try CompanionTarget(id: "a", url: CompanionURL(server.url()), timeout: .seconds(30))
            let companions = Companions(targets: [target])
            let outcome = try #require(await companions.readAll()["a"])
            #expect(outcome.failure?.code == .malformed)
            #expect(outcome.failure?.line == line)
            #expect(outcome.failure?.message.hasPrefix("\(server.url()):\(line):") == true)
            #expect(outcome.reading == nil)
            #expect(outcome.duration > .zero)
            await companions.shutdown()
        }
    }

    /// A mapping whose expression takes some seconds for the label of `slowText`, and that text.
    private static func slowMapping() throws -> CompanionMapping {
        let source = String(repeating: "a?", count: 16) + String(repeating: "a", count: 16)
        let label = CompanionRule.Label(name: "x", value: try .expression(source))
        return CompanionMapping(rules: [.activeConnections: [CompanionRule(name: .equal("m"), labels: [label])]])
    }

    private static let slowText = "m{x=\"\(String(repeating: "a", count: 40))!\"} 1\n"

    @Test("an expression that takes too long fails its own target in time, is not started again, and holds up nobody")
    func slowExpression() async throws {
        try await LocalServer.run(Self.answer(Self.slowText)) { slow in
            try await LocalServer.run(Self.answer("active_connections 5\n")) { good in
                let mapping = try Self.slowMapping()
                // More of them than there are threads for tasks on most machines.
                let targets = try (0..<4).map { index in
                    try CompanionTarget(
                        id: "slow-\(index)",
                        url: CompanionURL(slow.url()),
                        mapping: mapping,
                        timeout: .milliseconds(300)
                    )
                }
                let healthy = try CompanionTarget(id: "good", url: CompanionURL(good.url()), timeout: .seconds(30))
                let companions = Companions(targets: targets + [healthy])
                let start = ContinuousClock.now
                let outcomes = await companions.readAll()
                #expect(ContinuousClock.now - start < .seconds(4))
                #expect(outcomes["good"]?.reading?.activeConnections == 5)
                #expect(outcomes.filter { $0.value.failure?.code == .timedOut }.count == 4)

                let asked = slow.requests.count
                let again = await companions.read(targets[0])
                #expect(again.failure?.message.contains("still being read") == true, "\(again)")
                #expect(slow.requests.count == asked)
                await companions.shutdown()
            }
        }
    }

    @Test("cancelling does not wait for an expression")
    func cancellingExpression() async throws {
        try await LocalServer.run(Self.answer(Self.slowText)) { slow in
            let url = try CompanionURL(slow.url())
            let mapping = try Self.slowMapping()
            let target = try CompanionTarget(id: "slow", url: url, mapping: mapping, timeout: .seconds(60))
            let companions = Companions(targets: [target])
            let reading = Task { await companions.read(target) }
            #expect(try await eventually { slow.requests.count == 1 && slow.openConnections == 0 })
            let start = ContinuousClock.now
            reading.cancel()
            #expect(await reading.value.failure?.code == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(2))
            await companions.shutdown()
        }
    }

    @Test("cancelling ends a reading at once, and shutting down one that is under way")
    func cancellation() async throws {
        try await LocalServer.run([]) { server in
            let target = try CompanionTarget(id: "a", url: CompanionURL(server.url()), timeout: .seconds(60))
            let companions = Companions(targets: [target])
            let reading = Task { await companions.readAll() }
            #expect(try await eventually { server.requests.count == 1 })
            reading.cancel()
            #expect(await reading.value["a"]?.failure?.code == .cancelled)

            let another = Task { await companions.readAll() }
            #expect(try await eventually { server.requests.count == 2 })
            await companions.shutdown()
            #expect(await another.value["a"]?.isUp == false)
            #expect(await companions.readAll()["a"]?.failure?.code == .cancelled)
            await companions.shutdown()
        }
    }
}
