internal import MetricsExport
internal import SockDiag
internal import SockWatch

/// The documentation of the metrics, as Markdown, from the catalogue.
enum MetricsReference {
    static var markdown: String {
        """
        # Metrics

        This page is made from the agent's own catalogue by `sse-sockwatch metrics-reference`; a test holds the two
        equal. Another test holds it against real scrapes: what stands here is exported, and what is exported stands
        here. The names are those of queries, with `_total` for a counter and `_info` for an info. A histogram has
        `_bucket`, `_count` and `_sum` behind its name.

        Every series is there from the first scrape, counters at 0, and goes with its port; only what a companion does not offer
        has none, and a service has its own while it is there. Counters never fall while their port is watched, and no scrape changes them. The agent serves the same
        series as Prometheus text 0.0.4 and as OpenMetrics 1.0, whichever is asked for.

        Where `network_namespaces` is anything but `[self]`, every series of a port has the label `netns` after `port`; one of a
        companion has it while it is known which namespace its server is in.

        Alerts on these metrics are in `alerts/sse-sockwatch.rules.yml`, with a page for each in [runbooks](runbooks/), and
        `dashboards/sse-sockwatch.json` shows them in Grafana.

        ## A port, as the kernel sees it

        \(table(MetricCatalogue.port))

        ## A port, service by service

        Only with the owners collector (`--no-collector.owners` switches it off), and where the kernel tells the cgroup of
        a socket (Linux 5.7). It is the cgroup of the process that made the socket. An accepted connection belongs to the service
        whose listener it came through, also before it is accepted and whoever accepts it; with socket activation that is
        systemd's. A service has series while a listener or an open connection of the port is its own. An agent in a container
        needs the host's cgroup namespace and its `/sys/fs/cgroup` to name the services of others; else they are `unknown`.

        \(table(MetricCatalogue.services))

        ## A port, connection by connection

        Only with the evidence collector. `--no-collector.evidence` switches it off; then there are series of drift alone, and
        with the events collector of connections opened, closed, idle and undelivered. Of a port with very many connections
        a share is followed, and counts are scaled.

        \(table(MetricCatalogue.evidence))

        ## A port, in its server's own words

        These come from the `companion` of a watch. Here `port` is all ports of the watch, such as `9000-9003`, for the
        server speaks of them together. Numbers that could not be read have no series until they can be read again.

        \(table(MetricCatalogue.companion))

        ## The agent

        \(table(MetricCatalogue.agent))

        ## The agent's process

        \(table(MetricCatalogue.process))

        ## Labels

        | label | values |
        |---|---|
        \(labels.map { "| `\($0.name)` | \($0.values) |" }.joined(separator: "\n"))

        The values of `condition`:

        | condition | meaning |
        |---|---|
        \(PortCondition.allCases.map { "| `\($0.rawValue)` | \($0.meaning(on: .server)) |" }.joined(separator: "\n"))

        """
    }

    private static func table(_ metrics: [MetricDescriptor]) -> String {
        let rows = metrics.map { metric in
            "| `\(metric.sampleName)` | \(metric.kind.rawValue) | \(listed(metric.labels)) | \(metric.help) |"
        }
        return "| metric | type | labels | meaning |\n|---|---|---|---|\n" + rows.joined(separator: "\n")
    }

    /// Every label, in the order in which the catalogue first names it.
    private static var labels: [(name: String, values: String)] {
        var names: [String] = []
        for label in MetricCatalogue.all.flatMap(\.labels) where !names.contains(label) { names.append(label) }
        return names.map { ($0, values(of: $0)) }
    }

    private static func values(of label: String) -> String {
        switch label {
        case "port": "the number of the port; of a companion the ports of its watch"
        case "service":
            "the systemd unit (`nginx.service`), the container (`docker:0123456789ab`), the pod (`pod:UID`), else the path of "
                + "the cgroup; `unknown`: its cgroup has gone or cannot be seen by the agent; `\(ServiceCount.other)`: the rest"
        case "state": listed(TCPState.connectionStates.map(\.label))
        case "condition": listed(PortCondition.allCases.map(\.rawValue))
        case "cause":
            "`unclosed`: a process holds the socket and does not close it; "
                + "`unaccepted`: it waits in the accept queue, and no process has ever taken it"
        case "evidence":
            "`retransmission`: data goes unacknowledged; `keepalive`: keepalive probes go unanswered"
        case "keepalive": "`on`, `off`, and `unknown` while no timer has told"
        case "source": "`configured` or `learned`"
        case "name": "the name of the watch in the configuration; empty where it has none"
        case "side": "`server`: the port is local; `client`: it is the remote end of this machine's own connections"
        case "collector":
            "`sockets`: the kernel; `events`: its news of ending connections; `companion`: the servers' own numbers, where they are read"
        case "outcome":
            "`sampled`; `failed`: the kernel did not answer; `missing`: configured by name, and not there; "
                + "`denied`: it may not be entered"
        case "code": "HTTP status codes"
        case "version", "revision": "of the build"
        default: ""
        }
    }

    private static func listed(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}
