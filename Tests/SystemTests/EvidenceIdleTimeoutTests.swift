import NetworkLab
import Testing

@Suite(
    "Evidence: the path's idle timeout",
    .networkNamespaces,
    .enabled(if: EvidenceNginx.unavailable == nil, "nginx cannot be run"),
    .serialized
)
struct EvidenceIdleTimeoutTests {
    private static let idle = 25
    private static let leaving = 8

    @Test("of an nginx with proxy_read_timeout 5s is named: 5 s, on either side of it")
    func proxyReadTimeout() async throws {
        let namespace = try LabNamespace()
        // Sends the head of its stream, and not one heartbeat.
        let server = try LabScript.beats.start(in: namespace, "0", "1", "1")
        let backend = try await server.listeningPort()
        let proxy = try await EvidenceNginx.proxy(to: backend, readTimeout: "5s", in: namespace)
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: "sampling: { interval: 500ms, cpu_budget: 100% }\n",
            "--port",
            "\(backend),\(proxy.port)"
        )
        let readers = try LabScript.readers.start(in: namespace, "127.0.0.1", "\(Self.idle)", "\(proxy.port)")
        try await readers.waitForLine(containing: "connected \(Self.idle)")
        // Others go by themselves: they are not the path's doing, and must not hide it.
        for _ in 0..<Self.leaving {
            let client = try namespace.connect(to: Endpoint("127.0.0.1", proxy.port))
            try client.write("GET /events HTTP/1.1\r\nHost: test\r\n\r\n")
            try client.readUntil("\r\n\r\n")
            client.close()
        }
        for port in [backend, proxy.port] {
            let label = ["port": "\(port)"]
            try await eventually("all have ended", within: .seconds(20), every: .milliseconds(100)) {
                try agent.scrape().value("tcp_connections_closed_total", label) ?? 0
            } until: {
                $0 == Double(Self.idle + Self.leaving)
            }
            let timeout = try agent.scrape().value("path_idle_timeout_seconds", label)
            print("proxy_read_timeout 5s, \(port == backend ? "behind" : "before") the proxy: \(timeout ?? .nan) s")
            #expect(timeout == 5)
        }
    }
}
