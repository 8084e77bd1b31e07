/// What the demo prints: where to look, and what to try.
struct DemoGuide {
    let server: DemoServer
    let agentURL: String
    let telemetryPath: String

    var leakingText: String {
        """
        The demo server leaks: when a client goes away, it never closes its side. Within 30 seconds the page says
        close_wait_accumulating, then close_wait_stuck.

        \(body)
        """
    }

    var healthyText: String {
        """
        The demo server is healthy.

        \(body)
        """
    }

    private var body: String {
        let control = "http://\(DemoServer.authority(host: server.host, port: server.controlPort))/faults"
        return """
              Page       \(agentURL)/
              Metrics    \(agentURL)\(telemetryPath)
              Snapshot   \(agentURL)/api/v1/snapshot
              Streams    http://\(DemoServer.authority(host: server.host, port: server.port))/events

            Look at
              curl -s \(agentURL)\(telemetryPath) | grep -E 'port_condition.* 1$|close_wait'
              sse-sockwatch list --port \(server.port) --processes
              ss -tn state close-wait '( sport = :\(server.port) )'

            Switch faults
              curl -d leak=on             \(control)
              curl -d skip_heartbeats=0.1 \(control)
              curl -d drop_accept=on      \(control)
              curl -d heal=on             \(control)

            Ctrl-C ends it.
            """
    }
}
