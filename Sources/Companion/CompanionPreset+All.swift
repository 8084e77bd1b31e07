extension CompanionPreset {
    /// The plain names, in any format.
    public static let generic = CompanionPreset("generic", "any server that offers the plain names")

    /// Every preset there is.
    public static let all: [CompanionPreset] = [
        generic,
        CompanionPreset(
            "mercure",
            "Mercure hub: subscribers; every subscription counts as a (re)connection",
            rules: [
                .activeConnections: [CompanionRule(name: .equal("mercure_subscribers_connected"))],
                .reconnectionRate: [CompanionRule(name: .equal("mercure_subscribers_total"), kind: .counter)],
            ]
        ),
        CompanionPreset(
            "centrifugo",
            "Centrifugo: connections over the sse and uni_sse transports",
            rules: [
                .activeConnections: [
                    CompanionRule(name: .equal("centrifugo_client_connections_inflight"), labels: centrifugoTransport)
                ],
                .reconnectionRate: [
                    CompanionRule(
                        name: .equal("centrifugo_transport_connect_count"),
                        labels: centrifugoTransport,
                        kind: .counter
                    )
                ],
            ]
        ),
        CompanionPreset(
            "nchan",
            "nchan's stub status: subscribers",
            format: .keyValue,
            rules: [.activeConnections: [CompanionRule(name: .equal("subscribers"))]]
        ),
        CompanionPreset(
            "nginx",
            "nginx stub_status: responses being written, this request among them; accepted connections",
            format: .stubStatus,
            rules: [
                .activeConnections: [CompanionRule(name: .equal("Writing"))],
                .reconnectionRate: [CompanionRule(name: .equal("accepts"), kind: .counter)],
            ]
        ),
        CompanionPreset(
            "nginx-exporter",
            "NGINX Prometheus exporter: the numbers of stub_status",
            rules: [
                .activeConnections: [CompanionRule(name: .equal("nginx_connections_writing"))],
                .reconnectionRate: [CompanionRule(name: .equal("nginx_connections_accepted"), kind: .counter)],
            ]
        ),
        CompanionPreset(
            "pushpin",
            "Pushpin, with whatever prefix is configured: connections; requests received",
            rules: [
                .activeConnections: [CompanionRule(name: .verified("(.*_)?connection_connected"))],
                .reconnectionRate: [CompanionRule(name: .verified("(.*_)?request_received(_total)?"), kind: .counter)],
            ]
        ),
        CompanionPreset(
            "haproxy",
            "HAProxy: sessions and connections of all frontends; choose one with labels: { proxy: NAME }",
            rules: [
                .activeConnections: [CompanionRule(name: .equal("haproxy_frontend_current_sessions"))],
                .reconnectionRate: [
                    CompanionRule(name: .equal("haproxy_frontend_connections_total"), kind: .counter)
                ],
            ]
        ),
        CompanionPreset(
            "envoy",
            "Envoy: downstream requests and connections of all listeners but the admin one; idle timeouts",
            rules: [
                .activeConnections: [
                    CompanionRule(name: .equal("envoy_http_downstream_rq_active"), labels: envoyListener)
                ],
                .reconnectionRate: [
                    CompanionRule(
                        name: .equal("envoy_http_downstream_cx_total"),
                        labels: envoyListener,
                        kind: .counter
                    )
                ],
                .idleTimeoutEvents: [
                    CompanionRule(name: .equal("envoy_http_downstream_rq_idle_timeout"), labels: envoyListener)
                ],
            ]
        ),
        CompanionPreset(
            "signalr",
            "ASP.NET Core SignalR: connections over server-sent events, and those that ended by timeout",
            rules: [
                .activeConnections: [
                    CompanionRule(name: .equal("signalr_server_active_connections"), labels: signalrTransport)
                ],
                .idleTimeoutEvents: [
                    CompanionRule(
                        name: .equal("signalr_server_connection_duration_seconds_count"),
                        labels: signalrTransport + [
                            CompanionRule.Label(name: "signalr_connection_status", value: .equal("timeout"))
                        ]
                    )
                ],
            ]
        ),
        CompanionPreset(
            "hummingbird",
            "Hummingbird with swift-metrics: requests being served; every request counts as a (re)connection",
            rules: [
                .activeConnections: [CompanionRule(name: .equal("http_server_active_requests"))],
                .reconnectionRate: [CompanionRule(name: .equal("hb_requests"), kind: .counter)],
            ]
        ),
    ]

    private static let centrifugoTransport = [
        CompanionRule.Label(name: "transport", value: .verified("sse|uni_sse"))
    ]

    /// Envoy counts its own admin interface, the page being fetched among it, like any listener.
    private static let envoyListener = [
        CompanionRule.Label(name: "envoy_http_conn_manager_prefix", value: .verified("(?!admin$).*"))
    ]

    private static let signalrTransport = [
        CompanionRule.Label(name: "signalr_transport", value: .equal("server_sent_events"))
    ]
}
