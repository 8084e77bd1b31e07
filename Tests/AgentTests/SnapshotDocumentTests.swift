import Companion
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The snapshot as JSON")
struct SnapshotDocumentTests {
    private static func json(_ observation: Observation) throws -> String {
        let now = observation.sample.attemptedAt.advanced(by: 1.5)
        return String(
            decoding: try JSONText.bytes(of: SnapshotDocument(observation, now: now), pretty: true),
            as: UTF8.self
        )
    }

    @Test("has every number of the port, and the companion's beside them")
    func golden() throws {
        let text = try Self.json(.example())
        #expect(text == Self.goldenText)
    }

    @Test(
        "rounds every number to one that JSON can hold",
        arguments: [(1.23456, 1.235), (-0.0004, 0), (1e30, 1e30), (-1e308, -1e308)]
    )
    func rounding(number: Double, rounded: Double) {
        #expect(number.rounded(toPlaces: 3) == rounded)
    }

    @Test("holds nothing of what no collector looks at")
    func switchedOff() throws {
        func evidence(followed: Bool, ends: Bool) throws -> String {
            let settings = EvidenceSettings(isOn: followed, hasEvents: ends)
            let text = try Self.json(.example(companion: nil, evidence: settings))
            guard let from = text.firstRange(of: "\"evidence\" : {") else { return "" }
            return String(text[from.upperBound...].prefix { $0 != "}" })
        }
        let followed = try evidence(followed: true, ends: false)
        #expect(followed.contains("connections_closed") && !followed.contains("undelivered_bytes"))
        let ends = try evidence(followed: false, ends: true)
        #expect(ends.contains("\"connections_closed\" : 1") && ends.contains("\"undelivered_bytes\" : 210"))
        for name in ["heartbeat", "_sockets", "written_bytes", "retransmitted", "share_ratio"] {
            #expect(!ends.contains(name), "\(name) was not looked at")
        }
        #expect(try evidence(followed: false, ends: false).isEmpty)
    }

    @Test("leaves no column on the page for what no collector looks at")
    func page() throws {
        func columns(_ settings: EvidenceSettings) throws -> [String] {
            let observation = try Observation.example(evidence: settings)
            let html = StatusTable(observation: observation, tellsOwners: true).html
            return ["half-open", "slow", "opened, closed /s"].filter { html.contains("data-name=\"\($0)\"") }
        }
        #expect(try columns(EvidenceSettings(hasEvents: true)) == ["half-open", "slow", "opened, closed /s"])
        #expect(try columns(EvidenceSettings(isOn: false, hasEvents: true)) == ["opened, closed /s"])
        #expect(try columns(EvidenceSettings(isOn: false)).isEmpty)
    }

    @Test("says why a companion is down")
    func down() throws {
        let failure = CompanionFailure(.refused, message: "http://h/: connection refused")
        let text = try Self.json(.example(companion: .failure(failure)))
        #expect(text.contains(#""failure" : "http://h/: connection refused""#))
        #expect(text.contains(#""up" : false"#))
        #expect(!text.contains("active_connections"))
    }

    private static let goldenText = #"""
        {
          "ports" : [
            {
              "close_wait" : {
                "entered" : 2,
                "left" : 0,
                "oldest_age_seconds" : 90.5,
                "stuck_after_seconds" : 60,
                "stuck_sockets" : {
                  "unaccepted" : 1,
                  "unclosed" : 1
                }
              },
              "companion" : {
                "active_connections" : 3,
                "heartbeat_miss_ratio" : 0.0125,
                "idle_timeout_events_total" : 6,
                "reconnection_rate" : 0.5,
                "reconnections_total" : 41,
                "refused" : [

                ],
                "scrape_duration_seconds" : 0.125,
                "up" : true
              },
              "condition" : "close_wait_stuck",
              "evidence" : {
                "blind_sockets" : 0,
                "connection_drift" : 1,
                "connections_closed" : 1,
                "connections_closed_per_second" : 0.2,
                "connections_opened" : 0,
                "connections_opened_per_second" : 0,
                "half_open_sockets" : {
                  "keepalive" : 0,
                  "retransmission" : 0
                },
                "heartbeat_interval_is_learned" : false,
                "heartbeat_interval_seconds" : 10,
                "heartbeats_missed" : 0,
                "heartbeats_observed" : 0,
                "keepalive_sockets" : {
                  "off" : 0,
                  "on" : 0,
                  "unknown" : 2
                },
                "local_send_failure_sockets" : 0,
                "retransmitted_segments" : 0,
                "share_ratio" : 1,
                "silent_sockets" : 0,
                "slow_consumer_sockets" : 1,
                "undelivered_bytes" : 210,
                "written_bytes" : 210
              },
              "findings" : [
                {
                  "condition" : "close_wait_stuck",
                  "facts" : {
                    "oldest_age_seconds" : 90.5,
                    "stuck_after_seconds" : 60,
                    "stuck_unaccepted" : 1,
                    "stuck_unclosed" : 1
                  },
                  "meaning" : "Clients have hung up and the server does not close its side (CLOSE_WAIT): it forgets connections, or hangs; it will run out of file descriptors.",
                  "sentence" : "2 sockets have been in CLOSE_WAIT for more than 60 s, the oldest for 91 s: 1 accepted and never closed, 1 never accepted."
                },
                {
                  "condition" : "slow_consumers",
                  "facts" : {
                    "established" : 2,
                    "send_queue_bytes" : 1024,
                    "send_queue_largest_bytes" : 1000,
                    "slow_consumers" : 1
                  },
                  "meaning" : "Clients read more slowly than the server writes, and what they have not taken fills this machine's memory: their network or their program is too slow, or hangs.",
                  "sentence" : "Clients that read too slowly: 1 of 2. 1024 bytes wait to be taken, 1000 of them on one connection."
                }
              ],
              "listen" : {
                "backlog" : 64,
                "backlog_fullest_ratio" : 0.5,
                "backlog_limit" : 127,
                "listeners" : 1
              },
              "meaning" : "Clients have hung up and the server does not close its side (CLOSE_WAIT): it forgets connections, or hangs; it will run out of file descriptors.",
              "name" : "orders",
              "port" : 8080,
              "queues" : {
                "receive_queue_bytes" : 2,
                "send_queue_bytes" : 1024,
                "send_queue_largest_bytes" : 1000
              },
              "services" : [
                {
                  "close_wait" : 1,
                  "established" : 2,
                  "service" : "orders.service"
                },
                {
                  "close_wait" : 1,
                  "established" : 0,
                  "service" : "unknown"
                }
              ],
              "side" : "server",
              "tcp_sockets" : {
                "close" : 0,
                "close_wait" : 2,
                "closing" : 0,
                "established" : 2,
                "fin_wait1" : 0,
                "fin_wait2" : 0,
                "last_ack" : 0,
                "syn_recv" : 0,
                "syn_sent" : 0,
                "time_wait" : 0
              }
            }
          ],
          "sample_age_seconds" : 1.5,
          "sample_interval_seconds" : 5,
          "sampled_at" : "2023-11-14T22:13:20.500Z",
          "tracked_sockets" : 4,
          "tracked_sockets_limit" : 1000000,
          "untracked_sockets" : 0,
          "version" : "0.1.0"
        }

        """#
}
