import NIOHTTP1
import Testing

@testable import sse_sockwatch

@Suite("The pages of the demo server")
struct DemoRepliesTests {
    @Test("the metrics of a server that has served nothing", arguments: [true, false])
    func metrics(atControlPort: Bool) async throws {
        try await DemoLab.withServer { server in
            let port = atControlPort ? server.controlPort : server.port
            let reply = try await DemoConnection.answer(.GET, "/metrics", port: port)
            #expect(reply.headers["content-type"] == ["text/plain; version=0.0.4; charset=utf-8"])
            #expect(
                reply.body == """
                    # HELP active_connections Event streams that the application believes to be open.
                    # TYPE active_connections gauge
                    active_connections 0
                    # HELP reconnection_rate Streams per second opened with a Last-Event-ID, over the last 60 seconds.
                    # TYPE reconnection_rate gauge
                    reconnection_rate 0.0
                    # HELP idle_timeout_events Streams that the server ended at its idle limit.
                    # TYPE idle_timeout_events counter
                    idle_timeout_events 0
                    # HELP heartbeat_miss_rate Share of the due heartbeats not written, over the last 60 seconds, 0 to 1.
                    # TYPE heartbeat_miss_rate gauge
                    heartbeat_miss_rate 0.0
                    # HELP heartbeats_expected_total Heartbeats that were due.
                    # TYPE heartbeats_expected_total counter
                    heartbeats_expected_total 0
                    # HELP heartbeats_missed_total Heartbeats that were due and not written.
                    # TYPE heartbeats_missed_total counter
                    heartbeats_missed_total 0

                    """
            )
        }
    }

    @Test("the first page tells how to switch faults")
    func welcome() async throws {
        try await DemoLab.withServer { server in
            let reply = try await DemoConnection.answer(.GET, "/", port: server.port)
            #expect(reply.status == 200)
            #expect(reply.body.contains("http://127.0.0.1:\(server.controlPort)/faults?"))
            for name in ["leak=on", "skip_heartbeats=0.1", "drop_accept=on", "idle_limit=5", "heal=on", "/events"] {
                #expect(reply.body.contains(name))
            }
        }
    }

    @Test(
        "other requests are refused",
        arguments: [
            (HTTPMethod.GET, "/nothing", 404), (.POST, "/events", 404), (.DELETE, "/faults", 405),
            (.POST, "/metrics", 405), (.PUT, "/", 405),
        ]
    )
    func refusals(method: HTTPMethod, path: String, status: Int) async throws {
        try await DemoLab.withServer { server in
            let reply = try await DemoConnection.answer(method, path, port: server.port)
            #expect(reply.status == status)
            #expect(reply.body.contains(path))
        }
    }

    @Test("the control port has no streams")
    func noStreamsAtControlPort() async throws {
        try await DemoLab.withServer { server in
            let reply = try await DemoConnection.answer(.GET, "/events", port: server.controlPort)
            #expect(reply.status == 404)
        }
    }

    @Test("a minute holds the last sixty seconds, and no second more")
    func minute() {
        var minute = DemoMinute()
        #expect(minute.total(at: 1000) == 0)
        minute.add(2, at: 1000)
        minute.add(3, at: 1000)
        minute.add(4, at: 1059)
        #expect(minute.total(at: 1059) == 9)
        #expect(minute.total(at: 1060) == 4)
        minute.add(1, at: 1060)
        #expect(minute.total(at: 1118) == 5)
        #expect(minute.total(at: 1119) == 1)
        #expect(minute.total(at: 5000) == 0)
    }
}
