/// What the demo prints: where to look, what is seen there and when, and what to try next.
struct DemoGuide {
    let server: DemoServer
    let agentURL: String
    let telemetryPath: String

    /// The times are those of the demo's bounds, which are far shorter than the defaults.
    var leakingText: String {
        """
        The demo server leaks: when a client goes away, it never closes its side. Open the page and watch port \
        \(server.port):

        \(addresses)

          at once        10 ESTABLISHED; CLOSE_WAIT begins to grow, by one or two a second. Nothing is wrong yet.
          in 15 seconds  close_wait_stuck: the oldest has been in CLOSE_WAIT for more than 10 seconds, and
                         close_wait_accumulating: for 12 seconds the count has gone nowhere but up.
          all the while  "server counts" grows, too: the server believes that its lost clients are still there.
          in 3 minutes   256 sockets are leaked, which is all the demo leaks: accumulating ends, stuck stays.

        \(body)
        """
    }

    var healthyText: String {
        """
        The demo server is healthy: the page says so of port \(server.port), and goes on saying so until a fault is
        switched on.

        \(addresses)

        \(body)
        """
    }

    private var addresses: String {
        """
          Page       \(agentURL)/
          Metrics    \(agentURL)\(telemetryPath)
          Snapshot   \(agentURL)/api/v1/snapshot
          Streams    http://\(DemoServer.authority(host: server.host, port: server.port))/events
        """
    }

    private var body: String {
        let control = "http://\(DemoServer.authority(host: server.host, port: server.controlPort))/faults"
        return """
            The same in another terminal
              curl -s \(agentURL)\(telemetryPath) | grep -E 'port_condition.* 1$|close_wait'
              \(program) list --port \(server.port) --state close-wait --processes
              ss -tn state close-wait '( sport = :\(server.port) )'

            Switch faults, and look at the page
              curl -d leak=on \(control)
                  the leak, as described above
              curl -d skip_heartbeats=0.1 \(control)
                  "server says" swings around 10 %, the share of each second's beats; "beats missed", what the
                  kernel has seen over minutes, climbs towards it
              curl -d drop_accept=on \(control)
                  in 10 seconds: backlogged, for 9 of 8 connections wait in the accept queue
              curl -d heal=on \(control)
                  all faults end, the leaked sockets are closed; in 2 seconds the port is healthy

            Ctrl-C ends it.
            """
    }

    /// As it was called, so that the line works in another terminal.
    private var program: String { CommandLine.arguments.first ?? "sse-sockwatch" }
}
