import Glibc
import MetricsExport
import NetworkLab
import Testing

@Suite("Network namespaces", .networkNamespaces, .serialized)
struct NamespaceTests {
    private static let established = ["state": "established"]

    @Test("with the same port and different numbers are told apart")
    func told() async throws {
        let own = try ServedNamespace(1)
        let others = try [3, 5].map { try ServedNamespace($0, port: own.port) }
        let agent = try await RunningAgent.start(
            in: own.namespace,
            namespaces: ["self"] + others.map(\.namespace.name),
            "watch: [{ ports: \(own.port) }]\n"
        )
        let scrape = try agent.scrape()
        func count(_ name: String) -> Double? {
            scrape.value("tcp_sockets", ["port": "\(own.port)", "netns": name, "state": "established"])
        }
        // Both ends of a connection are in the table; the server's has the port.
        #expect(count("self") == 1)
        #expect(others.map { count($0.namespace.name) } == [3, 5])
        #expect(scrape.all("tcp_sockets", Self.established).count == 3)
        #expect(scrape.value("network_namespaces", ["outcome": "sampled"]) == 3)
        let page = try agent.get("/").text
        let document = try agent.get("/api/v1/snapshot").text
        for name in ["self"] + others.map(\.namespace.name) {
            #expect(page.contains("in \(name)<"))
            #expect(document.contains("\"network_namespace\":\"\(name)\""))
        }
    }

    @Test("are listed, recorded and checked from another one")
    func fromOutside() async throws {
        let home = try LabNamespace()
        let served = try ServedNamespace(3)
        let arguments = ["--network-namespace", served.namespace.name, "--port", "\(served.port)"]
        let listing = try Listing(of: home, arguments[0], arguments[1], arguments[2], arguments[3])
        #expect(listing.sockets.filter { $0.state == "established" && $0.localPort == served.port }.count == 3)
        #expect(listing.ports.map { $0.tcpSockets["established"] } == [3])
        #expect(try Listing(of: home, arguments[2], arguments[3]).sockets.isEmpty)

        let capture = try LabFile("")
        try home.run(BuiltProgram.path, ["record", capture.path] + arguments)
        let replayed = try Listing(of: home, "--replay", capture.path, arguments[2], arguments[3])
        #expect(replayed.sockets.count == listing.sockets.count)

        for (least, status) in [(3, Int32(0)), (4, 1)] {
            let check = try await RanCheck(
                in: home,
                arguments[0],
                arguments[1],
                arguments[2],
                arguments[3],
                "--for=1s",
                "--min-established=\(least)"
            )
            #expect(check.status == status, "\(check.output)\(check.errors)")
            #expect(check.output.contains("port \(served.port) in \(served.namespace.name): "))
        }
    }

    @Test("leave nothing behind when a reload names them no more")
    func reload() async throws {
        let home = try LabNamespace()
        let own = try ServedNamespace(home, 1)
        let url = "http://127.0.0.1:\(try await LabScript.says.start(in: home, "1").listeningPort())/"
        let watch = "watch: [{ ports: \(own.port), companion: { url: \"\(url)\" } }]\n"
        let agent = try await RunningAgent.start(in: home, namespaces: ["self", "no-such"], watch)
        try await eventually("one is missing, and the companion is this one's") {
            let scrape = try agent.scrape()
            return scrape.value("network_namespaces", ["outcome": "missing"]) == 1
                && scrape.all("companion_up").map { $0.label("netns") } == ["self"]
        }
        let file = try #require(agent.configuration)
        try file.replace(with: RunningAgent.shortWindows + watch)
        try agent.process.signal(SIGHUP)
        try await eventually("none is missing, and nothing is named") {
            let scrape = try agent.scrape()
            return scrape.value("network_namespaces", ["outcome": "missing"]) == 0
                && scrape.all("companion_up").map { $0.label("netns") } == [nil]
                && scrape.all("tcp_listeners").map { $0.label("netns") } == [nil]
        }
    }

    @Test("are not named where there is only one")
    func alone() async throws {
        let own = try ServedNamespace(1)
        let agent = try await RunningAgent.watching(own.port, in: own.namespace)
        #expect(try agent.scrape().all("tcp_listeners").map { $0.label("netns") } == [nil])
        #expect(try !agent.get("/api/v1/snapshot").text.contains("\"network_namespace\""))
    }

    @Test("of processes are found by their ids, and among all")
    func processes() async throws {
        let home = try LabNamespace()
        // Held by a process alone: its namespace has no name.
        let server = try LabProcess(
            "unshare",
            ["--net", "sh", "-c", "ip link set lo up; exec python3 \(LabScript.churn.path) 0"],
            in: home
        )
        let port = try await server.listeningPort()
        let name = "pid:\(server.identifier)"
        for namespaces in [["self", name], ["all"]] {
            let agent = try await RunningAgent.start(in: home, namespaces: namespaces)
            let labels = ["port": "\(port)", "netns": name]
            try await eventually("the process's listener is seen") {
                try agent.scrape().value("tcp_listeners", labels) == 1
            }
        }
    }

    @Test("come and go while the agent runs, and die")
    func comeAndGo() async throws {
        let home = try LabNamespace()
        let agent = try await RunningAgent.start(in: home, namespaces: ["all"])
        /// The descriptors that are for no namespace; others may come and go while this test runs.
        func rest() throws -> Double {
            let namespaces = try agent.scrape().value("network_namespaces", ["outcome": "sampled"]) ?? 0
            return Double(agent.descriptors) - 2 * namespaces
        }
        let before = try rest()
        for round in 1...3 {
            let served = try ServedNamespace(round)
            let witness = try NamespaceWitness(of: served.namespace, in: home, number: round)
            let labels = served.labels.merging(Self.established) { $1 }
            try await eventually("the namespace is seen") {
                try agent.scrape().value("tcp_sockets", labels) == Double(round)
            }
            #expect(witness.isAlive)
            try await eventually("two descriptors are open for each namespace") { try rest() == before }
            let clock = ContinuousClock()
            try served.end()
            let removed = clock.now
            try await eventually("it is forgotten") {
                try agent.scrape().all("tcp_sockets", ["netns": served.namespace.name]).isEmpty
            }
            let forgotten = clock.now - removed
            try await eventually("it has died") { !witness.isAlive }
            print(
                "NS: series gone after \(forgotten), namespace dead after \(clock.now - removed), sampled every 0.2 s"
            )
        }
        try await eventually("no descriptor is left") { try rest() == before }
    }

    @Test("that bear one name, one after the other, are not taken for one")
    func sameName() async throws {
        let home = try LabNamespace()
        let first = try ServedNamespace(2)
        let name = first.namespace.name
        let agent = try await RunningAgent.start(in: home, namespaces: ["self", name])
        #expect(try agent.scrape().value("tcp_sockets", first.labels.merging(Self.established) { $1 }) == 2)
        try first.end()
        try await eventually("it is missed") {
            try agent.scrape().value("network_namespaces", ["outcome": "missing"]) == 1
        }
        try home.run("ip", "netns", "add", name)
        defer { _ = try? home.run("ip", "netns", "delete", name) }
        try await eventually("the new one is watched") {
            let scrape = try agent.scrape()
            return scrape.value("network_namespaces", ["outcome": "sampled"]) == 2
                && scrape.all("tcp_sockets", ["netns": name]).isEmpty
        }
    }

    @Test("share a configured port: it is watched where it is, and missed only where it is nowhere")
    func configuredPort() async throws {
        let home = try LabNamespace()
        let served = try ServedNamespace(1)
        let empty = try LabNamespace()
        let agent = try await RunningAgent.start(
            in: home,
            namespaces: ["self", served.namespace.name, empty.name],
            "watch: [{ ports: \(served.port) }]\n"
        )
        func places() throws -> [String: Bool] {
            let missing = try agent.scrape().all("port_condition", ["condition": "no_listener"])
            return Dictionary(uniqueKeysWithValues: missing.map { ($0.label("netns") ?? "", $0.value == 1) })
        }
        try await agent.waitForSamples(3)
        #expect(try places() == [served.namespace.name: false])
        // A listener that comes later is found in its turn, and missed when it goes.
        let second = try empty.listen(on: Endpoint("127.0.0.1", served.port))
        try await eventually("the second is watched") {
            try places() == [served.namespace.name: false, empty.name: false]
        }
        second.close()
        try await eventually("the second is missed") {
            try places() == [served.namespace.name: false, empty.name: true]
        }
        try served.end()
        try empty.remove()
        try await eventually("the port is nowhere") { try places() == ["self": true] }
    }

    @Test("each tell of every connection that ends in them")
    func ends() async throws {
        let home = try LabNamespace()
        let namespaces = try (0..<2).map { _ in try LabNamespace() }
        var churns: [(process: LabProcess, count: Int, labels: [String: String])] = []
        for (namespace, count) in zip(namespaces, [3000, 5000]) {
            let churn = try LabScript.churn.start(in: namespace, "\(count)")
            churns.append((churn, count, ["port": "\(try await churn.listeningPort())", "netns": namespace.name]))
        }
        let agent = try await RunningAgent.start(in: home, namespaces: ["all"])
        try await eventually("both are watched") {
            let scrape = try agent.scrape()
            return churns.allSatisfy { scrape.value("tcp_connections_closed_total", $0.labels) == 0 }
        }
        for churn in churns { try churn.process.signal(SIGUSR1) }
        for churn in churns { try await churn.process.waitForLine(containing: "churned \(churn.count)") }
        for churn in churns {
            try await eventually("all \(churn.count) ends are counted") {
                try agent.scrape().value("tcp_connections_closed_total", churn.labels)
            } until: {
                $0 == Double(churn.count)
            }
            #expect(try agent.scrape().value("tcp_connections_opened_total", churn.labels) == Double(churn.count))
        }
        #expect(try agent.scrape().value("netlink_events_lost_total") == 0)
    }

    @Test("hold a server's own number against the one that the server is in")
    func companion() async throws {
        let home = try LabNamespace()
        let served = try ServedNamespace(30)
        let says = try LabScript.says.start(in: home, "23")
        let url = "http://127.0.0.1:\(try await says.listeningPort())/"
        let agent = try await RunningAgent.start(
            in: home,
            namespaces: ["self", served.namespace.name],
            "watch: [{ ports: \(served.port), companion: { url: \"\(url)\" } }]\n"
        )
        let scrape = try await eventually("there is a drift") {
            try agent.scrape()
        } until: {
            $0.value("companion_connection_drift", served.labels) != nil
        }
        #expect(scrape.value("companion_connection_drift", served.labels) == 7)
        #expect(scrape.value("companion_active_connections", served.labels) == 23)
    }

    @Test("that are not to be entered end the agent when named, and are told once among all")
    func withoutPrivilege() async throws {
        let home = try LabNamespace()
        let other = try ServedNamespace(1)
        let drop = ["--reuid", "65534", "--clear-groups", BuiltProgram.path, "run", "--web.listen-address"]
        let named = try LabProcess(
            "setpriv",
            drop + ["127.0.0.1:0", "--network-namespace", other.namespace.name],
            in: home
        )
        #expect(try await named.waitForEnd() == .exited(2))
        #expect(named.standardError.contains("network namespace \(other.namespace.name): permission denied"))
        #expect(named.standardError.contains("CAP_SYS_ADMIN"))

        let all = try LabProcess("setpriv", drop + ["127.0.0.1:0", "--network-namespace", "all"], in: home)
        let line = try await all.waitForLine(containing: "url=", in: .errors)
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let endpoint = Endpoint("127.0.0.1", port)
        let text = try await eventually("its own namespace is watched") {
            try home.get("/metrics", from: endpoint).text
        } until: {
            $0.contains("tcp_listeners{port=\"\(port)\",netns=\"self\"} 1")
        }
        #expect(!text.contains("netns=\"\(other.namespace.name)\""))
        let complaints = all.standardError.split(separator: "\n").filter {
            $0.contains("namespace \(other.namespace.name):")
        }
        #expect(complaints.count == 1, "\(all.standardError)")
    }
}
