import NIOHTTP1
import Testing

@testable import sse_sockwatch

@Suite("The faults of the demo server")
struct DemoFaultsTests {
    @Test("the switches of a query string and of a form are applied, and told")
    func switches() async throws {
        try await DemoLab.withServer { server in
            let none = try await DemoConnection.answer(.GET, "/faults", port: server.port)
            #expect(none.headers["content-type"] == ["application/json"])
            #expect(
                none.body == """
                    {"leak":false,"skip_heartbeats":0.0,"drop_accept":false,"idle_limit_seconds":null}

                    """
            )
            let changed = try await DemoConnection.answer(
                .POST,
                "/faults?leak=on",
                port: server.port,
                body: "skip_heartbeats=0%2E25&idle_limit=5"
            )
            #expect(changed.status == 200)
            #expect(
                changed.body == """
                    {"leak":true,"skip_heartbeats":0.25,"drop_accept":false,"idle_limit_seconds":5.0}

                    """
            )
            #expect(try await server.faults() == DemoFaults(leak: true, skipHeartbeats: 0.25, idleLimit: .seconds(5)))
        }
    }

    @Test("healing turns every fault off before the others of its form are applied")
    func healing() throws {
        var faults = DemoFaults(leak: true, skipHeartbeats: 0.5, dropAccept: true, idleLimit: .seconds(1))
        try faults.change(form: "skip_heartbeats=0.1&heal=on")
        #expect(faults == DemoFaults(skipHeartbeats: 0.1))
        try faults.change(form: "heal=off")
        #expect(faults == DemoFaults(skipHeartbeats: 0.1))
        try faults.change(form: "idle_limit=2")
        try faults.change(form: "idle_limit=off&drop_accept=on")
        #expect(faults == DemoFaults(skipHeartbeats: 0.1, dropAccept: true))
    }

    private static let usage =
        "the switches are leak, skip_heartbeats, drop_accept, idle_limit, heal, for instance leak=on&skip_heartbeats=0.1"

    @Test(
        "a bad value changes nothing, and is answered with what is wrong",
        arguments: [
            ("leak=maybe", "leak=maybe: give on or off"),
            ("drop_accept", "drop_accept=: give on or off"),
            ("skip_heartbeats=1.5", "skip_heartbeats=1.5: give the share of heartbeats to leave out, 0 to 1"),
            ("skip_heartbeats=-0.1", "skip_heartbeats=-0.1: give the share of heartbeats to leave out, 0 to 1"),
            ("skip_heartbeats=nan", "skip_heartbeats=nan: give the share of heartbeats to leave out, 0 to 1"),
            ("skip_heartbeats=10%25", "skip_heartbeats=10%: give the share of heartbeats to leave out, 0 to 1"),
            ("idle_limit=0", "idle_limit=0: give seconds, 0.01 to 86400, or off"),
            ("idle_limit=inf", "idle_limit=inf: give seconds, 0.01 to 86400, or off"),
            ("leak=on&leak=off", "leak is given twice; give it once"),
            ("leak=on&lek=on", "'lek' is not a switch; \(usage)"),
            ("", "no switch is given; \(usage)"),
        ]
    )
    func refusals(form: String, message: String) async throws {
        try await DemoLab.withServer { server in
            for (uri, body) in [("/faults?\(form)", ""), ("/faults", form)] {
                let reply = try await DemoConnection.answer(.POST, uri, port: server.controlPort, body: body)
                #expect(reply.status == 400)
                #expect(reply.body == message + "\n")
            }
            #expect(try await server.faults() == DemoFaults())
        }
    }

    @Test("a form that is far too long is refused")
    func longForm() async throws {
        try await DemoLab.withServer { server in
            let form = "leak=on&" + String(repeating: "x", count: 5000)
            let reply = try await DemoConnection.answer(.POST, "/faults", port: server.controlPort, body: form)
            #expect(reply.status == 413)
            #expect(try await server.faults() == DemoFaults())
        }
    }
}
