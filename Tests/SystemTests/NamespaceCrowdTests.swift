import Glibc
import HostSystem
import NetworkLab
import Testing

@Suite("Two hundred network namespaces", .networkNamespaces, .serialized)
struct NamespaceCrowdTests {
    private static let count = 200
    private static let served = 20
    private static let connections = 25

    @Test("are watched by one agent within its budget, and let go of")
    func twoHundred() async throws {
        let home = try LabNamespace()
        let servers = try (0..<Self.served).map { _ in try ServedNamespace(Self.connections, port: 8080) }
        let idle = try (Self.served..<Self.count).map { _ in try LabNamespace() }
        let names = (servers.map(\.namespace) + idle).map(\.name)
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        // The usual cadence and the usual budget.
        let agent = try await RunningAgent.start(in: home, configuration: "network_namespaces: [self, \(list)]\n")
        let scrape = try agent.scrape()
        #expect(scrape.value("network_namespaces", ["outcome": "sampled"]) == Double(Self.count + 1))
        for server in servers {
            let labels = server.labels.merging(["state": "established"]) { $1 }
            #expect(scrape.value("tcp_sockets", labels) == Double(Self.connections))
        }

        let clock = ContinuousClock()
        let start = clock.now
        let spentBefore = try agent.processorSeconds
        try await eventually("20 seconds have been measured", within: .seconds(30), every: .milliseconds(500)) {
            clock.now - start >= .seconds(20)
        }
        let spent = try agent.processorSeconds - spentBefore
        let share = spent / 20
        let after = try agent.scrape()
        let samples = try #require(after.value("sample_duration_seconds_count"))
        let seconds = try #require(after.value("sample_duration_seconds_sum"))
        let last = try #require(after.value("scrape_collector_duration_seconds", ["collector": "sockets"]))
        print(
            """
            NS: \(Self.count + 1) namespaces, \(Self.served) with \(Self.connections) connections: \
            sample \(seconds / samples * 1000) ms on average of \(samples), the last \(last * 1000) ms; \
            \(agent.residentMebibytes) MiB resident, \(agent.descriptors) descriptors, \(share * 100) % of a core
            """
        )
        // A debug build is several times slower than what is deployed.
        #expect(share < 0.05)

        for server in servers { try server.end() }
        for namespace in idle { try namespace.remove() }
        try await eventually("only its own is left", within: .seconds(20), every: .milliseconds(200)) {
            try agent.scrape().value("network_namespaces", ["outcome": "sampled"]) == 1
        }
        try await eventually("their descriptors are closed") { agent.descriptors < 40 }
        print("NS: after all are gone: \(agent.residentMebibytes) MiB resident, \(agent.descriptors) descriptors")
    }
}

extension RunningAgent {
    /// The processor time that it has used, user and system.
    fileprivate var processorSeconds: Double {
        get throws {
            let text = ProcFile.text(of: "/proc/\(process.identifier)/stat") ?? ""
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
                throw LabError("no processor time in \(text)")
            }
            return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
