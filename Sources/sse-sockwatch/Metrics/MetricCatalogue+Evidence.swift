internal import MetricsExport

/// A port, connection by connection.
extension MetricCatalogue {
    static let heartbeatInterval = perPort(
        "heartbeat_interval_seconds",
        .gauge,
        "The interval by which heartbeats are judged, configured or learned. Absent while it is not known.",
        unit: "seconds",
        labels: ["source"]
    )
    static let heartbeatsObserved = perPort(
        "heartbeats_observed",
        .counter,
        "Heartbeats that the kernel saw written."
    )
    static let heartbeatsMissed = perPort(
        "heartbeats_missed",
        .counter,
        "Heartbeats that were due and not written, by the gaps between writes. An open gap counts when it closes."
    )
    static let silent = perPort(
        "tcp_silent_sockets",
        .gauge,
        "Established connections to which nothing has been written for one and a half heartbeats."
    )
    static let halfOpen = perPort(
        "tcp_half_open_sockets",
        .gauge,
        "Established connections whose peer does not answer, by what shows it.",
        labels: ["evidence"]
    )
    static let blind = perPort(
        "tcp_blind_sockets",
        .gauge,
        "Established idle connections without keepalive: if the peer were gone, nothing would show it."
    )
    static let slowConsumers = perPort(
        "tcp_slow_consumer_sockets",
        .gauge,
        "Established connections whose peer has closed its receive window."
    )
    static let localSendFailures = perPort(
        "tcp_local_send_failure_sockets",
        .gauge,
        "Established connections whose data cannot leave this machine."
    )
    static let keepalive = perPort(
        "tcp_keepalive_sockets",
        .gauge,
        "Established connections by whether SO_KEEPALIVE is set, as their timers have told.",
        labels: ["keepalive"]
    )
    static let sendIdle = perPort(
        "tcp_send_idle_seconds",
        .histogram,
        "For how long nothing had been sent, once for each established connection and scheduled sample.",
        unit: "seconds"
    )
    static let retransmitted = perPort(
        "tcp_retransmitted_segments",
        .counter,
        "Segments retransmitted."
    )
    static let written = perPort(
        "tcp_written_bytes",
        .counter,
        "Bytes that the application has written.",
        unit: "bytes"
    )
    static let opened = perPort(
        "tcp_connections_opened",
        .counter,
        "Connections opened. Exact with the events collector while no event is lost, else a lower bound."
    )
    static let closed = perPort(
        "tcp_connections_closed",
        .counter,
        "Connections closed. Exact with the events collector while no event is lost, else a lower bound."
    )
    static let lifetime = perPort(
        "tcp_connection_lifetime_seconds",
        .histogram,
        "How long connections had lasted at their end; at least so long for those that were there at the start.",
        unit: "seconds"
    )
    static let idleAtClose = perPort(
        "tcp_idle_at_close_seconds",
        .histogram,
        "For how long nothing had been sent when connections ended. Only with the events collector.",
        unit: "seconds"
    )
    static let undelivered = perPort(
        "tcp_undelivered_bytes",
        .counter,
        "Bytes that the application wrote and the peer never acknowledged. Only with the events collector.",
        unit: "bytes"
    )
    static let pathIdleTimeout = perPort(
        "path_idle_timeout_seconds",
        .gauge,
        "The idle time at which most connections end: something on the path ends them. Absent when there is none.",
        unit: "seconds"
    )
    static let evidenceShare = perPort(
        "evidence_share_ratio",
        .gauge,
        "The share of the connections that is followed one by one, 0 to 1. Counts are scaled to all of them.",
        unit: "ratio"
    )
    static let drift = perPort(
        "companion_connection_drift",
        .gauge,
        "ESTABLISHED and CLOSE_WAIT connections minus the server's active_connections, 0 while it lies between the counts before and after it was asked."
    )

    static let driftKernel = perPort(
        "companion_kernel_connections",
        .gauge,
        "ESTABLISHED and CLOSE_WAIT connections on all ports of the companion, the nearer to its number of the counts before and after it was asked."
    )

    static let evidence = [
        heartbeatInterval, heartbeatsObserved, heartbeatsMissed, silent, halfOpen, blind, slowConsumers,
        localSendFailures, keepalive, sendIdle, retransmitted, written, opened, closed, lifetime, idleAtClose,
        undelivered, pathIdleTimeout, evidenceShare, drift, driftKernel,
    ]
}
