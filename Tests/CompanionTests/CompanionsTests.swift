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
