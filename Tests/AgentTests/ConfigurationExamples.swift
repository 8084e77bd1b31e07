@testable import sse_sockwatch

/// Configurations that several suites read.
enum ConfigurationExample {
    /// Uses every key and every way to write a value.
    static let full = """
        # The streams of the shop.
        sampling: { interval: 5s, cpu_budget: 2% }
        evidence: { sample_above: 50000, tracked_sockets_limit: 400000, event_buffer_bytes: 65536 }
        defaults: { heartbeat_interval: 15s, close_wait_stuck_after: 60s }
        watch:
          - name: orders
            ports: [8080, 9000-9003]
            side: server
            companion:
              url: http://127.0.0.1:8080/metrics
              preset: generic
              timeout: 2s
              metrics:
                active_connections: { name: sse_active_connections, labels: { stream: orders } }
                heartbeat_miss_rate: { name: hb_miss, kind: percent }
          - name: "prices"
            ports: "8081,8083-8085"
            heartbeat_interval: none
            close_wait_window: 1h30m
            companion:
              url: "https://[::1]:8443/stats?format=json"
              preset: centrifugo
              format: json
              ca_file: authorities/shop.pem
              timeout: 500ms
              metrics:
                reconnection_rate:
                  name: 'a "quoted" \\ name, ünïcode'
                  labels:
                    transport: ~sse|uni_sse
                    node: { regex: "node-\\\\d+" }
                  aggregate: max
                  kind: counter
          - ports: 8443
            side: client
            close_wait_stuck_after: 250ms
        network_namespaces: [self]
        """

    /// Reads a configuration whose other files are all good, and hold their own paths.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> AgentConfiguration {
        try AgentConfiguration.parse(bytes, file: file) { path throws(ConfigurationProblem) in Array(path.utf8) }
    }

    static func parse(_ text: String) throws(ConfigurationError) -> AgentConfiguration {
        try parse(Array(text.utf8), file: "config.yml")
    }

    /// What is printed for a configuration that is wrong; nil if it is not.
    static func complaint(_ text: String) -> String? {
        complaint(Array(text.utf8))
    }

    static func complaint(_ bytes: [UInt8]) -> String? {
        do throws(ConfigurationError) {
            _ = try parse(bytes, file: "config.yml")
            return nil
        } catch {
            return error.description
        }
    }
}
