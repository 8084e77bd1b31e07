import NIOHTTP1
import Testing

@testable import sse_sockwatch

@Suite("The demo server")
struct DemoServerTests {
    @Test("an event stream has its headers, and is framed as the specification says")
    func framing() async throws {
        try await DemoLab.withServer { server in
            let stream = try await DemoConnection.stream(port: server.port)
            try await DemoLab.eventually("three events and three heartbeats") {
                let blocks = Self.blocks(of: stream.received.body)
                return blocks.count { $0 == [": heartbeat"] } >= 3
                    && blocks.count { $0.first?.hasPrefix("id: ") == true } >= 3
            }
            let received = stream.received
            let headers = try #require(received.head).headers
            #expect(headers["content-type"] == ["text/event-stream"])
            #expect(headers["cache-control"] == ["no-cache"])
            #expect(headers["x-accel-buffering"] == ["no"])
            #expect(headers["transfer-encoding"] == ["chunked"])
            #expect(headers["content-length"].isEmpty)

            var blocks = Self.blocks(of: received.body)
            #expect(blocks.removeFirst() == ["retry: 1000"])
            var ids: [Int] = []
            for block in blocks where block != [": heartbeat"] {
                try #require(block.count == 2, "an event is an id and data: \(block)")
                let id = try #require(Int(block[0].dropFirst("id: ".count)))
                let streams = ids.isEmpty ? 0...1 : 1...1  // The first event may be older than the stream.
                #expect(streams.map { ["id: \(id)", "data: {\"event\":\(id),\"streams\":\($0)}"] }.contains(block))
                ids.append(id)
            }
            #expect(ids == Array(ids[0]..<ids[0] + ids.count), "no event is missing or comes twice")
            try await stream.close()
        }
    }

    @Test("a client that comes back gets the events it missed, and counts as a reconnection")
    func reconnection() async throws {
        try await DemoLab.withServer { server in
            let first = try await DemoConnection.stream(port: server.port)
            try await DemoLab.eventually("a third event") { first.received.body.contains("id: 3\n") }
            #expect(try await Self.metric("reconnection_rate", of: server) == 0)
            let second = try await DemoConnection.stream(port: server.port, lastEventID: "1")
            try await DemoLab.eventually("the missed events") { second.received.body.contains("id: 3\n") }
            #expect(second.received.body.hasPrefix("retry: 1000\n\nid: 2\n"))
            #expect(try await Self.metric("reconnection_rate", of: server) == 1.0 / 60)
            try await first.close()
            try await second.close()
        }
    }

    @Test("a leaked stream stays in CLOSE_WAIT until it is healed", arguments: ["heal=on", "leak=off"])
    func leak(healing: String) async throws {
        try await DemoLab.withServer(faults: DemoFaults(leak: true)) { server in
            let leaver = try await DemoConnection.stream(port: server.port)
            let stayer = try await DemoConnection.stream(port: server.port)
            try await leaver.finish()
            try await DemoLab.eventually("a socket in CLOSE_WAIT") { try Self.closeWait(server) == 1 }
            try await leaver.close()

            // A beat or an event written to the client that has gone would free the socket.
            let seen = stayer.received.body.utf8.count
            try await DemoLab.eventually("many beats and events later") {
                stayer.received.body.utf8.count > seen + 1000
            }
            #expect(try Self.closeWait(server) == 1)
            #expect(try await Self.metric("active_connections", of: server) == 2, "the application has not noticed")

            let reply = try await DemoConnection.answer(.POST, "/faults?\(healing)", port: server.controlPort)
            #expect(reply.status == 200)
            try await DemoLab.eventually("no socket in CLOSE_WAIT") { try Self.closeWait(server) == 0 }
            #expect(try await Self.metric("active_connections", of: server) == 1)
            #expect(!stayer.received.isClosed)
            try await stayer.close()
        }
    }

    @Test("a stream of a server without faults is closed when its client closes")
    func properClose() async throws {
        try await DemoLab.withServer { server in
            let stream = try await DemoConnection.stream(port: server.port)
            #expect(try await Self.metric("active_connections", of: server) == 1)
            try await stream.finish()
            try await DemoLab.eventually("the server's FIN") { stream.received.isClosed }
            #expect(try await Self.metric("active_connections", of: server) == 0)
            #expect(try Self.closeWait(server) == 0)
        }
    }

    @Test("beyond its limit the server leaks no more")
    func leakLimit() async throws {
        try await DemoLab.withServer(faults: DemoFaults(leak: true), leakLimit: 1) { server in
            let streams = [
                try await DemoConnection.stream(port: server.port), try await DemoConnection.stream(port: server.port),
            ]
            try await streams[0].finish()
            try await DemoLab.eventually("a leak") { try Self.closeWait(server) == 1 }
            try await streams[1].finish()
            try await DemoLab.eventually("a proper close") { streams[1].received.isClosed }
            #expect(try Self.closeWait(server) == 1)
            try await streams[0].close()
        }
    }

    @Test("no heartbeat is missed, or some, or every one, as the switch says", arguments: [0.0, 0.5, 1.0])
    func skippedHeartbeats(share: Double) async throws {
        // A beat is missed in truth when the process is held up for a whole interval, hence a long one and many streams.
        let (faults, interval) = (DemoFaults(skipHeartbeats: share), Duration.milliseconds(1500))
        try await DemoLab.withServer(faults: faults, heartbeatInterval: interval) { server in
            var streams: [DemoConnection] = []
            for _ in 0..<100 { streams.append(try await DemoConnection.stream(port: server.port)) }
            try await DemoLab.eventually("a hundred beats due") {
                try await Self.metric("heartbeats_expected_total", of: server) >= 100
            }
            for stream in streams { try await stream.finish() }
            try await DemoLab.eventually("the server's FINs") { streams.allSatisfy(\.received.isClosed) }

            let expected = try await Self.metric("heartbeats_expected_total", of: server)
            let missed = try await Self.metric("heartbeats_missed_total", of: server)
            let received = streams.reduce(0) { beats, stream in
                beats + Self.blocks(of: stream.received.body).count { $0 == [": heartbeat"] }
            }
            let tolerated = share == 0.5 ? 0.2 : 0
            #expect(abs(missed / expected - share) <= tolerated)
            #expect(Double(received) == expected - missed)
            #expect(try await Self.metric("heartbeat_miss_rate", of: server) == missed / expected)
            #expect(streams[0].received.body.contains("data: "), "data goes on when heartbeats do not")
        }
    }

    @Test("a stream is ended when nothing was written to it for the idle limit, and counted")
    func idleLimit() async throws {
        try await DemoLab.withServer(heartbeatInterval: .seconds(60), eventInterval: .seconds(60)) { server in
            let stream = try await DemoConnection.stream(port: server.port)
            #expect(try await Self.metric("idle_timeout_events", of: server) == 0)
            _ = try await DemoConnection.answer(.POST, "/faults?idle_limit=0.05", port: server.controlPort)
            try await DemoLab.eventually("the end of the stream") { stream.received.isClosed }
            #expect(stream.received.isComplete, "the chunked body is ended properly")
            #expect(try await Self.metric("idle_timeout_events", of: server) == 1)
            #expect(try await Self.metric("active_connections", of: server) == 0)
        }
    }

    @Test("stop closes the listeners and every connection, leaked ones too")
    func stop() async throws {
        let server = try await DemoServer.start(faults: DemoFaults(leak: true), group: DemoLab.group)
        let leaked = try await DemoConnection.stream(port: server.port)
        let open = try await DemoConnection.stream(port: server.port)
        try await leaked.finish()
        try await DemoLab.eventually("a leak") { try Self.closeWait(server) == 1 }
        await server.stop()
        for state in [
            DemoKernelSocket.State.established, DemoKernelSocket.State.closeWait, DemoKernelSocket.State.listen,
        ] {
            for port in [server.port, server.controlPort] {
                #expect(try DemoKernelSocket.count(port: port, state: state) == 0)
            }
        }
        try await DemoLab.eventually("the client sees it") { open.received.isClosed }
        await server.stop()
    }

    // MARK: What the tests read

    /// The blocks of lines between empty lines; the last one only when it is finished.
    static func blocks(of body: String) -> [[String]] {
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blocks: [[String]] = [[]]
        for line in lines {
            if line.isEmpty { blocks.append([]) } else { blocks[blocks.count - 1].append(line) }
        }
        return blocks.dropLast().filter { !$0.isEmpty }
    }

    static func closeWait(_ server: DemoServer) throws -> Int {
        try DemoKernelSocket.count(port: server.port, state: DemoKernelSocket.State.closeWait)
    }

    static func metric(_ name: String, of server: DemoServer) async throws -> Double {
        let body = try await DemoConnection.answer(.GET, "/metrics", port: server.controlPort).body
        let line = try #require(body.split(separator: "\n").first { $0.hasPrefix("\(name) ") })
        return try #require(Double(line.dropFirst(name.count + 1)))
    }
}
