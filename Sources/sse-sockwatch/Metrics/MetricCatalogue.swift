internal import MetricsExport

/// Every metric that the agent exports: name, type, unit, labels and meaning stand here and nowhere else. The writer
/// takes them from here, `docs/metrics.md` is made from here, and tests hold rules and dashboards against it.
enum MetricCatalogue {
    /// In the order of the exposition.
    static let all: [MetricDescriptor] = port + services + evidence + companion + agent + process

    // MARK: A port, from the kernel

    static let sockets = perPort(
        "tcp_sockets",
        .gauge,
        "Connections of the port by TCP state. Listening sockets are counted apart.",
        labels: ["state"]
    )
    static let condition = perPort(
        "port_condition",
        .gauge,
        "Whether a condition holds on the port, 0 or 1. Several can hold at once; healthy is 1 when none other does. "
            + "Absent where what it takes is not collected or not known.",
        labels: ["condition"]
    )
    static let closeWaitEntered = perPort(
        "tcp_close_wait_entered",
        .counter,
        "Sockets seen to enter CLOSE_WAIT. A lower bound: one that leaves between two samples is not seen."
    )
    static let closeWaitLeft = perPort(
        "tcp_close_wait_left",
        .counter,
        "Sockets seen to leave CLOSE_WAIT. Entered minus left is what is there."
    )
    static let closeWaitOldestAge = perPort(
        "tcp_close_wait_oldest_age_seconds",
        .gauge,
        "How long the socket that has been in CLOSE_WAIT longest has been there; 0 when there is none.",
        unit: "seconds"
    )
    static let closeWaitStuck = perPort(
        "tcp_close_wait_stuck_sockets",
        .gauge,
        "Sockets in CLOSE_WAIT for longer than close_wait_stuck_after: accepted and never closed, or never accepted.",
        labels: ["cause"]
    )
    static let closeWaitDuration = perPort(
        "tcp_close_wait_duration_seconds",
        .histogram,
        "How long sockets had been in CLOSE_WAIT when they left it, within one sampling interval.",
        unit: "seconds"
    )
    static let sendQueue = perPort(
        "tcp_send_queue_bytes",
        .gauge,
        "Bytes written by the application and not acknowledged by the peers.",
        unit: "bytes"
    )
    static let receiveQueue = perPort(
        "tcp_receive_queue_bytes",
        .gauge,
        "Bytes received and not read by the application. A FIN counts as one.",
        unit: "bytes"
    )
    static let sendQueueLargest = perPort(
        "tcp_send_queue_largest_bytes",
        .gauge,
        "The send queue of the connection that has the longest.",
        unit: "bytes"
    )
    static let listeners = perPort("tcp_listeners", .gauge, "Sockets that listen on the port.")
    static let listenBacklog = perPort(
        "tcp_listen_backlog",
        .gauge,
        "Connections that wait in the port's accept queues."
    )
    static let listenBacklogLimit = perPort(
        "tcp_listen_backlog_limit",
        .gauge,
        "Connections that the port's accept queues may hold."
    )
    static let listenBacklogFullest = perPort(
        "tcp_listen_backlog_fullest_ratio",
        .gauge,
        "How full the fullest accept queue of the port was since the scheduled sample before the last, 0 to 1. Looked at "
            + "every second.",
        unit: "ratio"
    )
    static let portInfo = perPort(
        "port",
        .info,
        "A watched port, the name it was given, and the end of its connections that is watched.",
        labels: ["name", "side"]
    )

    static let port = [
        sockets, condition, closeWaitEntered, closeWaitLeft, closeWaitOldestAge, closeWaitStuck, closeWaitDuration,
        sendQueue, receiveQueue, sendQueueLargest, listeners, listenBacklog, listenBacklogLimit, listenBacklogFullest,
        portInfo,
    ]

    // MARK: A port, in its server's own words

    static let companionUp = perPort(
        "companion_up",
        .gauge,
        "Whether the server's own numbers could be read the last time, 0 or 1."
    )
    static let companionDuration = perPort(
        "companion_scrape_duration_seconds",
        .gauge,
        "How long it took to read the server's own numbers, or to fail.",
        unit: "seconds"
    )
    static let companionActive = perPort(
        "companion_active_connections",
        .gauge,
        "Streams that the server believes to be open."
    )
    static let companionReconnections = perPort(
        "companion_reconnections",
        .counter,
        "Connections opened again, as the server counts them. Only where it offers a counter."
    )
    static let companionReconnectionRate = perPort(
        "companion_reconnection_rate",
        .gauge,
        "Connections opened again per second, in the server's own words. Only where it offers no counter."
    )
    static let companionIdleTimeouts = perPort(
        "companion_idle_timeout_events",
        .counter,
        "Streams that the server ended because they were idle, as it counts them."
    )
    static let companionHeartbeatsExpected = perPort(
        "companion_heartbeats_expected",
        .counter,
        "Heartbeats that were due, as the server counts them. Only where it counts both due and missed ones."
    )
    static let companionHeartbeatsMissed = perPort(
        "companion_heartbeats_missed",
        .counter,
        "Heartbeats that were due and not sent, as the server counts them. Only where it counts both."
    )
    static let companionHeartbeatMissRatio = perPort(
        "companion_heartbeat_miss_ratio",
        .gauge,
        "The share of heartbeats missed, 0 to 1, in the server's own words. Only where it offers no counters.",
        unit: "ratio"
    )
    static let companionRefused = perPort(
        "companion_values_refused",
        .counter,
        "Values that the server offered and that cannot be true, such as a ratio above 1. They are not exported."
    )

    static let companion = [
        companionUp, companionDuration, companionActive, companionReconnections, companionReconnectionRate,
        companionIdleTimeouts, companionHeartbeatsExpected, companionHeartbeatsMissed, companionHeartbeatMissRatio,
        companionRefused,
    ]

    // MARK: The agent

    static let collectorSuccess = own(
        "scrape_collector_success",
        .gauge,
        "Whether a collector's last attempt succeeded, 0 or 1.",
        labels: ["collector"]
    )
    static let collectorDuration = own(
        "scrape_collector_duration_seconds",
        .gauge,
        "How long a collector's last attempt took.",
        unit: "seconds",
        labels: ["collector"]
    )
    static let samples = own("samples", .counter, "Scheduled samples of the kernel that succeeded.")
    static let sampleFailures = own("sample_failures", .counter, "Scheduled samples of the kernel that failed.")
    static let sampleDuration = own(
        "sample_duration_seconds",
        .histogram,
        "How long scheduled samples took.",
        unit: "seconds"
    )
    static let sampleInterval = own(
        "sample_interval_seconds",
        .gauge,
        "The time between scheduled samples, as stretched to stay within the processor budget.",
        unit: "seconds"
    )
    static let lastSample = own(
        "last_sample_timestamp_seconds",
        .gauge,
        "When the kernel was last sampled with success, in seconds since 1970.",
        unit: "seconds"
    )
    static let networkNamespaces = own(
        "network_namespaces",
        .gauge,
        "Network namespaces that are to be watched, by what came of the last sample.",
        labels: ["outcome"]
    )
    static let trackedSockets = own("tracked_sockets", .gauge, "Sockets whose history is kept.")
    static let trackedSocketsLimit = own(
        "tracked_sockets_limit",
        .gauge,
        "The most sockets whose history may be kept."
    )
    static let untrackedSockets = own(
        "untracked_sockets",
        .gauge,
        "Sockets whose history would be kept if the limit left room for it, in the last scheduled sample."
    )
    static let dumpRetries = own(
        "netlink_dump_retries",
        .counter,
        "Dumps of the kernel's table that broke and were begun again."
    )
    static let eventsLost = own(
        "netlink_events_lost",
        .counter,
        "Events of ending connections that were lost. A dump has made the counts right again."
    )
    static let reloadSuccessful = own(
        "config_last_reload_successful",
        .gauge,
        "Whether the last attempt to load the configuration succeeded, 0 or 1."
    )
    static let reloadTimestamp = own(
        "config_last_reload_success_timestamp_seconds",
        .gauge,
        "When the configuration was last loaded with success, in seconds since 1970.",
        unit: "seconds"
    )
    static let requests = own(
        "http_requests",
        .counter,
        "HTTP requests that the agent answered, by status code.",
        labels: ["code"]
    )
    static let build = own("build", .info, "Which build of the agent this is.", labels: ["version", "revision"])
    static let keepaliveTime = own(
        "kernel_tcp_keepalive_time_seconds",
        .gauge,
        "How long a connection with SO_KEEPALIVE is idle before the kernel probes it; net.ipv4.tcp_keepalive_time.",
        unit: "seconds"
    )
    static let keepaliveInterval = own(
        "kernel_tcp_keepalive_interval_seconds",
        .gauge,
        "The time between keepalive probes; net.ipv4.tcp_keepalive_intvl.",
        unit: "seconds"
    )
    static let keepaliveProbes = own(
        "kernel_tcp_keepalive_probes",
        .gauge,
        "Unanswered keepalive probes after which a connection is given up; net.ipv4.tcp_keepalive_probes."
    )

    static let agent = [
        collectorSuccess, collectorDuration, samples, sampleFailures, sampleDuration, sampleInterval, lastSample,
        networkNamespaces, trackedSockets, trackedSocketsLimit, untrackedSockets, dumpRetries, eventsLost,
        reloadSuccessful,
        reloadTimestamp, requests,
        build,
        keepaliveTime, keepaliveInterval, keepaliveProbes,
    ]

    // MARK: The agent's process, under the names that every Prometheus client uses

    static let processCPU = MetricDescriptor(
        "process_cpu_seconds",
        .counter,
        help: "Processor time that the agent has used, user and system.",
        unit: "seconds"
    )
    static let processResident = MetricDescriptor(
        "process_resident_memory_bytes",
        .gauge,
        help: "Resident memory of the agent.",
        unit: "bytes"
    )
    static let processVirtual = MetricDescriptor(
        "process_virtual_memory_bytes",
        .gauge,
        help: "Virtual memory of the agent.",
        unit: "bytes"
    )
    static let processOpenFDs = MetricDescriptor("process_open_fds", .gauge, help: "Open descriptors of the agent.")
    static let processMaxFDs = MetricDescriptor(
        "process_max_fds",
        .gauge,
        help: "Descriptors that the agent may open."
    )
    static let processStart = MetricDescriptor(
        "process_start_time_seconds",
        .gauge,
        help: "When the agent started, in seconds since 1970.",
        unit: "seconds"
    )

    static let process = [
        processCPU, processResident, processVirtual, processOpenFDs, processMaxFDs, processStart,
    ]

    static let prefix = "sse_sockwatch_"

    static func perPort(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        unit: String? = nil,
        labels: [String] = []
    ) -> MetricDescriptor {
        own(name, kind, help, unit: unit, labels: ["port"] + labels)
    }

    private static func own(
        _ name: String,
        _ kind: MetricKind,
        _ help: String,
        unit: String? = nil,
        labels: [String] = []
    ) -> MetricDescriptor {
        MetricDescriptor(prefix + name, kind, help: help, unit: unit, labels: labels)
    }
}
