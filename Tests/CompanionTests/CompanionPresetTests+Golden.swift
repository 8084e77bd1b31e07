import Companion

extension CompanionPresetTests {
    static let goldenTexts: [Golden] = [
        Golden(
            preset: "generic",
            text: """
                # HELP sse_active_connections Open streams.
                # TYPE sse_active_connections gauge
                sse_active_connections{stream="orders"} 41
                sse_active_connections{stream="a \\"quoted\\" one"} 1 1700000000000
                reconnections_total 10
                idle_timeout_events 3
                heartbeats_expected_total 2000
                heartbeats_missed_total 40

                """,
            reading: CompanionReading(
                activeConnections: 42,
                reconnections: .total(10, ratePerSecond: nil),
                idleTimeoutEvents: 3,
                heartbeats: .counters(expected: 2000, missed: 40, missRatio: nil)
            )
        ),
        Golden(
            preset: "mercure",
            text: """
                # HELP mercure_subscribers_connected The current number of running subscribers
                # TYPE mercure_subscribers_connected gauge
                mercure_subscribers_connected 312
                # HELP mercure_subscribers_total Total number of handled subscribers
                # TYPE mercure_subscribers_total counter
                mercure_subscribers_total 10244
                # HELP mercure_updates_total Total number of handled updates
                # TYPE mercure_updates_total counter
                mercure_updates_total 88

                """,
            reading: CompanionReading(activeConnections: 312, reconnections: .total(10_244, ratePerSecond: nil))
        ),
        Golden(
            preset: "centrifugo",
            text: """
                # TYPE centrifugo_client_connections_inflight gauge
                centrifugo_client_connections_inflight{client_name="js",transport="sse"} 10
                centrifugo_client_connections_inflight{client_name="",transport="uni_sse"} 5
                centrifugo_client_connections_inflight{client_name="js",transport="websocket"} 900
                # TYPE centrifugo_transport_connect_count counter
                centrifugo_transport_connect_count{transport="sse"} 200
                centrifugo_transport_connect_count{transport="uni_sse"} 30
                centrifugo_transport_connect_count{transport="websocket"} 9000

                """,
            reading: CompanionReading(activeConnections: 15, reconnections: .total(230, ratePerSecond: nil))
        ),
        Golden(
            preset: "nchan",
            text: CompanionDocumentTests.nchan,
            reading: CompanionReading(activeConnections: 12)
        ),
        Golden(
            preset: "nginx",
            text: CompanionDocumentTests.stubStatus,
            reading: CompanionReading(activeConnections: 179, reconnections: .total(16_630_948, ratePerSecond: nil))
        ),
        Golden(
            preset: "nginx-exporter",
            text: """
                # HELP nginx_connections_accepted Accepted client connections
                # TYPE nginx_connections_accepted counter
                nginx_connections_accepted 1014
                # HELP nginx_connections_active Active client connections
                # TYPE nginx_connections_active gauge
                nginx_connections_active 71
                # HELP nginx_connections_writing Connections where NGINX is writing the response back to the client
                # TYPE nginx_connections_writing gauge
                nginx_connections_writing 65

                """,
            reading: CompanionReading(activeConnections: 65, reconnections: .total(1014, ratePerSecond: nil))
        ),
        Golden(
            preset: "pushpin",
            text: """
                # HELP pushpin_connection_connected Number of concurrent connections
                # TYPE pushpin_connection_connected gauge
                pushpin_connection_connected 25
                # HELP pushpin_request_received Number of requests received
                # TYPE pushpin_request_received counter
                pushpin_request_received 77
                pushpin_message_received 3

                """,
            reading: CompanionReading(activeConnections: 25, reconnections: .total(77, ratePerSecond: nil))
        ),
        Golden(
            preset: "haproxy",
            text: """
                # HELP haproxy_frontend_current_sessions Number of current sessions on the frontend
                # TYPE haproxy_frontend_current_sessions gauge
                haproxy_frontend_current_sessions{proxy="sse"} 1742
                haproxy_frontend_current_sessions{proxy="stats"} 1
                # HELP haproxy_frontend_connections_total Total number of new connections accepted on this frontend
                # TYPE haproxy_frontend_connections_total counter
                haproxy_frontend_connections_total{proxy="sse"} 90211
                haproxy_frontend_connections_total{proxy="stats"} 100

                """,
            reading: CompanionReading(activeConnections: 1743, reconnections: .total(90_311, ratePerSecond: nil))
        ),
        Golden(
            preset: "envoy",
            text: """
                # TYPE envoy_http_downstream_rq_active gauge
                envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="admin"} 1
                envoy_http_downstream_rq_active{envoy_http_conn_manager_prefix="ingress_http"} 640
                # TYPE envoy_http_downstream_cx_total counter
                envoy_http_downstream_cx_total{envoy_http_conn_manager_prefix="admin"} 40
                envoy_http_downstream_cx_total{envoy_http_conn_manager_prefix="ingress_http"} 5120
                # TYPE envoy_http_downstream_rq_idle_timeout counter
                envoy_http_downstream_rq_idle_timeout{envoy_http_conn_manager_prefix="admin"} 0
                envoy_http_downstream_rq_idle_timeout{envoy_http_conn_manager_prefix="ingress_http"} 17

                """,
            reading: CompanionReading(
                activeConnections: 640,
                reconnections: .total(5120, ratePerSecond: nil),
                idleTimeoutEvents: 17
            )
        ),
        Golden(
            preset: "signalr",
            text: """
                # TYPE signalr_server_active_connections gauge
                signalr_server_active_connections{signalr_connection_status="normal_closure",signalr_transport="web_sockets"} 3
                signalr_server_active_connections{signalr_transport="server_sent_events"} 21
                signalr_server_active_connections{signalr_transport="long_polling"} 4
                # TYPE signalr_server_connection_duration_seconds histogram
                signalr_server_connection_duration_seconds_bucket{signalr_connection_status="timeout",signalr_transport="server_sent_events",le="+Inf"} 6
                signalr_server_connection_duration_seconds_sum{signalr_connection_status="timeout",signalr_transport="server_sent_events"} 180.5
                signalr_server_connection_duration_seconds_count{signalr_connection_status="timeout",signalr_transport="server_sent_events"} 6
                signalr_server_connection_duration_seconds_count{signalr_connection_status="normal_closure",signalr_transport="server_sent_events"} 60
                signalr_server_connection_duration_seconds_count{signalr_connection_status="timeout",signalr_transport="web_sockets"} 2

                """,
            reading: CompanionReading(activeConnections: 21, idleTimeoutEvents: 6)
        ),
        Golden(
            preset: "hummingbird",
            text: """
                # TYPE hb_requests counter
                hb_requests{http_route="/events",http_request_method="GET"} 40
                hb_requests{http_route="/metrics",http_request_method="GET"} 2
                # TYPE http_server_active_requests gauge
                http_server_active_requests{http_request_method="GET"} 33.0

                """,
            reading: CompanionReading(activeConnections: 33, reconnections: .total(42, ratePerSecond: nil))
        ),
    ]
}
