import Companion
import HostSystem
import MetricsExport
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The metrics of an observation")
struct MetricsRendererTests {
    private static func text(_ observation: Observation, _ format: ExpositionFormat = .text004) -> [Substring] {
        let bytes =
            MetricsRenderer.render(observation, format: format)
            + MetricsRenderer.renderEnd(agent: nil, format: format)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private static func values(_ observation: Observation, _ format: ExpositionFormat = .text004) -> [Substring] {
        text(observation, format).filter { !$0.hasPrefix("#") }
    }

    @Test("are one line a value, in the order of the catalogue")
    func golden() throws {
        let lines = Self.values(try .example())
        #expect(lines.joined(separator: "\n") == Self.goldenText)
    }

    @Test("are the same in OpenMetrics, which ends with EOF")
    func openMetrics() throws {
        let observation = try Observation.example()
        let text = Self.text(observation, .openMetrics)
        #expect(text.last == "# EOF")
        #expect(text.contains("# TYPE sse_sockwatch_tcp_close_wait_entered counter"))
        #expect(text.contains("# UNIT sse_sockwatch_tcp_send_queue_bytes bytes"))
        #expect(text.contains("# TYPE sse_sockwatch_port info"))
        let exposition = try ExpositionReader.read(Array(text.joined(separator: "\n").utf8) + [10], as: .openMetrics)
        let plain = try ExpositionReader.read(
            Array(Self.text(observation).joined(separator: "\n").utf8) + [10],
            as: .text004
        )
        #expect(Set(exposition.samples.map(\.line)) == Set(plain.samples.map(\.line)))
    }

    @Test(
        "of what no collector looks at have no series: zeros would be claims",
        arguments: [
            (true, true, []), (true, false, ["tcp_idle_at_close_seconds", "tcp_undelivered_bytes"]),
            (
                false, true,
                [
                    "heartbeat_interval_seconds", "heartbeats_observed", "heartbeats_missed", "tcp_silent_sockets",
                    "tcp_half_open_sockets", "tcp_blind_sockets", "tcp_slow_consumer_sockets",
                    "tcp_local_send_failure_sockets", "tcp_keepalive_sockets", "tcp_send_idle_seconds",
                    "tcp_retransmitted_segments", "tcp_written_bytes", "tcp_connection_lifetime_seconds",
                    "evidence_share_ratio",
                ]
            ),
        ] as [(Bool, Bool, [String])]
    )
    func switchedOff(followsConnections: Bool, hearsEnds: Bool, absent: [String]) throws {
        func families(_ followsConnections: Bool, _ hearsEnds: Bool) throws -> Set<String> {
            let evidence = EvidenceSettings(isOn: followsConnections, hasEvents: hearsEnds)
            let text = Self.text(try .example(evidence: evidence), .openMetrics).joined(separator: "\n") + "\n"
            let exposition = try ExpositionReader.read(Array(text.utf8), as: .openMetrics)
            return Set(exposition.families.filter { !$0.samples.isEmpty }.map(\.name))
        }
        let all = try families(true, true)
        let names = absent.map { "sse_sockwatch_\($0)" }
        #expect(all.isSuperset(of: names))
        #expect(try families(followsConnections, hearsEnds) == all.subtracting(names))
        let nothing = try families(false, false)
        for name in ["connections_opened", "connections_closed", "idle_at_close_seconds", "undelivered_bytes"] {
            #expect(all.contains("sse_sockwatch_tcp_\(name)") && !nothing.contains("sse_sockwatch_tcp_\(name)"))
        }
    }

    @Test("of a companion that fails vanish, but for its being down and what was refused")
    func vanishing() throws {
        let failed = CompanionFailure(.refused, message: "http://h/: connection refused")
        let all = Self.values(try .example(companion: .failure(failed)))
        #expect(
            all.filter { $0.contains("_companion_") } == [
                #"sse_sockwatch_companion_up{port="8080"} 0"#,
                #"sse_sockwatch_companion_scrape_duration_seconds{port="8080"} 0.125"#,
                #"sse_sockwatch_companion_values_refused_total{port="8080"} 3"#,
            ]
        )
        #expect(
            all.contains(#"sse_sockwatch_scrape_collector_success{collector="companion"} 0"#)
        )
        let none = Self.values(try .example(companion: nil))
        #expect(!none.contains { $0.contains("_companion_") })
    }

    @Test("say that the last attempt failed, and keep the last good values")
    func failing() throws {
        let lines = Self.values(try .example(failure: "it broke"))
        #expect(lines.contains(#"sse_sockwatch_scrape_collector_success{collector="sockets"} 0"#))
        #expect(lines.contains(#"sse_sockwatch_tcp_sockets{port="8080",state="established"} 2"#))
    }

    @Test("about the agent itself can be left out")
    func agent() throws {
        let observation = try Observation.example()
        let all = MetricsRenderer.renderEnd(agent: observation.agent, format: .text004, process: nil)
        let text = String(decoding: all, as: UTF8.self)
        #expect(text.contains("sse_sockwatch_http_requests_total{code=\"404\"} 1\n"))
        #expect(text.contains("sse_sockwatch_config_last_reload_success_timestamp_seconds 1699999000\n"))
        #expect(!Self.values(observation).contains { $0.contains("http_requests") })
    }

    @Test("are whole with those about the agent: each family once, and one end", arguments: ExpositionFormat.allCases)
    func whole(format: ExpositionFormat) throws {
        let observation = try Observation.example()
        let all =
            MetricsRenderer.render(observation, format: format)
            + MetricsRenderer.renderEnd(agent: observation.agent, format: format)
        let names = try ExpositionReader.read(all, as: format).families.map(\.name)
        #expect(Set(names).count == names.count && names.count > 60)
        #expect(names.last == "process_start_time_seconds")
    }

    @Test("before the first sample are those without a port")
    func empty() {
        let observation = Observation(
            sample: .none,
            companions: .init(),
            companionPorts: [:],
            agent: AgentStatus(lastReloadSuccess: .init(seconds: 0), readsCompanions: false)
        )
        let lines = Self.values(observation)
        #expect(lines.contains(#"sse_sockwatch_scrape_collector_success{collector="sockets"} 0"#))
        #expect(!lines.contains { $0.contains("port=") || $0.contains("companion") })
    }

    private static let goldenText = #"""
        sse_sockwatch_tcp_sockets{port="8080",state="established"} 2
        sse_sockwatch_tcp_sockets{port="8080",state="syn_sent"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="syn_recv"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="fin_wait1"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="fin_wait2"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="time_wait"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="close"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="close_wait"} 2
        sse_sockwatch_tcp_sockets{port="8080",state="last_ack"} 0
        sse_sockwatch_tcp_sockets{port="8080",state="closing"} 0
        sse_sockwatch_port_condition{port="8080",condition="unknown"} 0
        sse_sockwatch_port_condition{port="8080",condition="no_listener"} 0
        sse_sockwatch_port_condition{port="8080",condition="close_wait_stuck"} 1
        sse_sockwatch_port_condition{port="8080",condition="close_wait_accumulating"} 0
        sse_sockwatch_port_condition{port="8080",condition="backlogged"} 0
        sse_sockwatch_port_condition{port="8080",condition="half_open"} 0
        sse_sockwatch_port_condition{port="8080",condition="silent"} 0
        sse_sockwatch_port_condition{port="8080",condition="reconnect_storm"} 0
        sse_sockwatch_port_condition{port="8080",condition="slow_consumers"} 1
        sse_sockwatch_port_condition{port="8080",condition="drifting"} 0
        sse_sockwatch_port_condition{port="8080",condition="healthy"} 0
        sse_sockwatch_tcp_close_wait_entered_total{port="8080"} 2
        sse_sockwatch_tcp_close_wait_left_total{port="8080"} 0
        sse_sockwatch_tcp_close_wait_oldest_age_seconds{port="8080"} 90.5
        sse_sockwatch_tcp_close_wait_stuck_sockets{port="8080",cause="unclosed"} 1
        sse_sockwatch_tcp_close_wait_stuck_sockets{port="8080",cause="unaccepted"} 1
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="0.1"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="0.5"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="1.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="5.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="15.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="60.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="300.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="900.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="3600.0"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_bucket{port="8080",le="+Inf"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_count{port="8080"} 0
        sse_sockwatch_tcp_close_wait_duration_seconds_sum{port="8080"} 0
        sse_sockwatch_tcp_send_queue_bytes{port="8080"} 1024
        sse_sockwatch_tcp_receive_queue_bytes{port="8080"} 2
        sse_sockwatch_tcp_send_queue_largest_bytes{port="8080"} 1000
        sse_sockwatch_tcp_listeners{port="8080"} 1
        sse_sockwatch_tcp_listen_backlog{port="8080"} 64
        sse_sockwatch_tcp_listen_backlog_limit{port="8080"} 127
        sse_sockwatch_tcp_listen_backlog_fullest_ratio{port="8080"} 0.5
        sse_sockwatch_port_info{port="8080",name="orders",side="server"} 1
        sse_sockwatch_tcp_sockets_by_service{port="8080",service="orders.service",state="established"} 2
        sse_sockwatch_tcp_sockets_by_service{port="8080",service="orders.service",state="close_wait"} 1
        sse_sockwatch_tcp_sockets_by_service{port="8080",service="unknown",state="established"} 0
        sse_sockwatch_tcp_sockets_by_service{port="8080",service="unknown",state="close_wait"} 1
        sse_sockwatch_heartbeat_interval_seconds{port="8080",source="configured"} 10
        sse_sockwatch_heartbeats_observed_total{port="8080"} 0
        sse_sockwatch_heartbeats_missed_total{port="8080"} 0
        sse_sockwatch_tcp_silent_sockets{port="8080"} 0
        sse_sockwatch_tcp_half_open_sockets{port="8080",evidence="retransmission"} 0
        sse_sockwatch_tcp_half_open_sockets{port="8080",evidence="keepalive"} 0
        sse_sockwatch_tcp_blind_sockets{port="8080"} 0
        sse_sockwatch_tcp_slow_consumer_sockets{port="8080"} 1
        sse_sockwatch_tcp_local_send_failure_sockets{port="8080"} 0
        sse_sockwatch_tcp_keepalive_sockets{port="8080",keepalive="on"} 0
        sse_sockwatch_tcp_keepalive_sockets{port="8080",keepalive="off"} 0
        sse_sockwatch_tcp_keepalive_sockets{port="8080",keepalive="unknown"} 2
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="1.0"} 2
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="5.0"} 4
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="15.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="30.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="60.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="120.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="300.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="600.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="1800.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="3600.0"} 5
        sse_sockwatch_tcp_send_idle_seconds_bucket{port="8080",le="+Inf"} 5
        sse_sockwatch_tcp_send_idle_seconds_count{port="8080"} 5
        sse_sockwatch_tcp_send_idle_seconds_sum{port="8080"} 13.079999999999998
        sse_sockwatch_tcp_retransmitted_segments_total{port="8080"} 0
        sse_sockwatch_tcp_written_bytes_total{port="8080"} 210
        sse_sockwatch_tcp_connections_opened_total{port="8080"} 0
        sse_sockwatch_tcp_connections_closed_total{port="8080"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="0.1"} 0
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="1.0"} 0
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="5.0"} 0
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="15.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="60.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="300.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="900.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="3600.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="14400.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="86400.0"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_bucket{port="8080",le="+Inf"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_count{port="8080"} 1
        sse_sockwatch_tcp_connection_lifetime_seconds_sum{port="8080"} 6
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="1.0"} 0
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="5.0"} 0
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="15.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="30.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="45.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="60.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="90.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="120.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="300.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="350.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="600.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="3600.0"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_bucket{port="8080",le="+Inf"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_count{port="8080"} 1
        sse_sockwatch_tcp_idle_at_close_seconds_sum{port="8080"} 6
        sse_sockwatch_tcp_undelivered_bytes_total{port="8080"} 210
        sse_sockwatch_evidence_share_ratio{port="8080"} 1
        sse_sockwatch_companion_connection_drift{port="8080"} 1
        sse_sockwatch_companion_kernel_connections{port="8080"} 4
        sse_sockwatch_companion_up{port="8080"} 1
        sse_sockwatch_companion_scrape_duration_seconds{port="8080"} 0.125
        sse_sockwatch_companion_active_connections{port="8080"} 3
        sse_sockwatch_companion_reconnections_total{port="8080"} 41
        sse_sockwatch_companion_idle_timeout_events_total{port="8080"} 6
        sse_sockwatch_companion_heartbeat_miss_ratio{port="8080"} 0.0125
        sse_sockwatch_companion_values_refused_total{port="8080"} 3
        sse_sockwatch_scrape_collector_success{collector="sockets"} 1
        sse_sockwatch_scrape_collector_success{collector="events"} 1
        sse_sockwatch_scrape_collector_success{collector="companion"} 1
        sse_sockwatch_scrape_collector_duration_seconds{collector="sockets"} 0.002
        sse_sockwatch_scrape_collector_duration_seconds{collector="companion"} 0.125
        sse_sockwatch_samples_total 12
        sse_sockwatch_sample_failures_total 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.001"} 0
        sse_sockwatch_sample_duration_seconds_bucket{le="0.0025"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.005"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.01"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.025"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.05"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.1"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.25"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="0.5"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="1.0"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="2.5"} 1
        sse_sockwatch_sample_duration_seconds_bucket{le="+Inf"} 1
        sse_sockwatch_sample_duration_seconds_count 1
        sse_sockwatch_sample_duration_seconds_sum 0.002
        sse_sockwatch_sample_interval_seconds 5
        sse_sockwatch_last_sample_timestamp_seconds 1700000000.5
        sse_sockwatch_network_namespaces{outcome="sampled"} 1
        sse_sockwatch_network_namespaces{outcome="failed"} 0
        sse_sockwatch_network_namespaces{outcome="missing"} 0
        sse_sockwatch_network_namespaces{outcome="denied"} 0
        sse_sockwatch_tracked_sockets 4
        sse_sockwatch_tracked_sockets_limit 1000000
        sse_sockwatch_untracked_sockets 0
        sse_sockwatch_netlink_dump_retries_total 2
        sse_sockwatch_netlink_events_lost_total 3
        """#
}
