import MetricsExport
import NetworkLab
import Testing

@Suite("Evidence: drift", .networkNamespaces, .serialized)
struct EvidenceDriftTests {
    @Test("a server that says seven fewer than the kernel has drifted by 7", arguments: [30, 7])
    func sevenFewer(connections: Int) async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        let port = try listener.local.port
        let pairs = try (0..<connections).map { _ in try namespace.connection(through: listener) }
        defer { for pair in pairs { pair.client.close() } }
        let says = try LabScript.says.start(in: namespace, "\(connections - 7)")
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                watch: [{ ports: [\(port)], companion: { url: "http://127.0.0.1:\(try await says.listeningPort())/" } }]

                """
        )
        let drift = try await eventually("there is a drift") {
            try agent.scrape().value("companion_connection_drift", ["port": "\(port)"])
        } until: {
            $0 != nil
        }
        print("\(connections) connections, the server says \(connections - 7): drift \(drift ?? .nan)")
        #expect(drift == 7)
        // Seven are within what a server may be behind by.
        #expect(try agent.reading(of: port).isHealthy)
    }

    @Test("a server that speaks for several ports is held against their sum, in one series")
    func severalPorts() async throws {
        let namespace = try LabNamespace()
        let listeners = try (9000...9002).map { try namespace.listen(on: Endpoint("127.0.0.1", $0)) }
        let pairs = try zip(listeners, [30, 20, 10]).flatMap { listener, count in
            try (0..<count).map { _ in try namespace.connection(through: listener) }
        }
        defer { for pair in pairs { pair.client.close() } }
        let says = try LabScript.says.start(in: namespace, "40")
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                watch: [{ ports: [9000-9002], companion: { url: "http://127.0.0.1:\(try await says.listeningPort())/" } }]

                """
        )
        let scrape = try await eventually("it has drifted", within: .seconds(20), every: .milliseconds(100)) {
            try agent.scrape()
        } until: {
            $0.value("port_condition", ["port": "9000", "condition": "drifting"]) == 1
        }
        let drifts = scrape.all("companion_connection_drift")
        print("60 connections on three ports, the server says 40:", drifts.map(\.line))
        #expect(drifts.count == 1)
        #expect(drifts.first?.label("port") == "9000-9002" && drifts.first?.value == 20)
        #expect(scrape.value("companion_kernel_connections", ["port": "9000-9002"]) == 60)
        for port in ["9001", "9002"] {
            #expect(scrape.value("port_condition", ["port": port, "condition": "drifting"]) == 0)
        }
    }

    /// The alert's expression, its times in samples: off by more than 10 and 5 %, and never the other way within a window.
    private static func isAlerting(_ drifts: ArraySlice<(drift: Double, kernel: Double)>) -> Bool {
        guard let last = drifts.last else { return false }
        let values = drifts.map(\.drift)
        return abs(last.drift) > max(10, 0.05 * last.kernel) && (values.min() ?? 0) * (values.max() ?? 0) >= 0
    }

    @Test("a server whose number lags by a second while connections come and go has not drifted")
    func lag() async throws {
        let namespace = try LabNamespace()
        // 300 give or take 100: 80 come or go in a second, and the number is off by as many.
        let server = try LabScript.lagging.start(in: namespace, "1", "300", "100", "5")
        let port = try await server.listeningPort()
        let says = try await server.waitForLine(containing: "says ").split(separator: " ").last ?? ""
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: """
                sampling: { interval: 200ms, cpu_budget: 100% }
                watch: [{ ports: [\(port)], companion: { url: "http://127.0.0.1:\(says)/" } }]

                """
        )
        let label = ["port": "\(port)"]
        var seen: [(drift: Double, kernel: Double)] = []
        var drifting = 0
        var alerting = 0
        while seen.count < 100 {
            try await agent.waitForSamples(1)
            let scrape = try agent.scrape()
            guard let drift = scrape.value("companion_connection_drift", label),
                let kernel = scrape.value("companion_kernel_connections", label)
            else { continue }
            seen.append((drift, kernel))
            if scrape.value("port_condition", label.merging(["condition": "drifting"]) { $1 }) == 1 { drifting += 1 }
            // Of some 20 s a window of 10 s: it holds two swings, as one of five minutes holds many.
            if seen.count >= 50, Self.isAlerting(seen.suffix(50)) { alerting += 1 }
        }
        let values = seen.map(\.drift)
        print(
            "a number that lags by 1 s: drift \(values.min() ?? .nan) to \(values.max() ?? .nan) in \(seen.count) samples,",
            "drifting in \(drifting), alerting in \(alerting)"
        )
        #expect(seen.count(where: { Self.isAlerting([$0]) }) > 50, "for a single sample it is off, most of the time")
        #expect((values.max() ?? 0) > 30 && (values.min() ?? 0) < -30, "the number does not lag")
        #expect(drifting == 0)
        #expect(alerting == 0)
    }
}
