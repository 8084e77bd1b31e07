import Glibc
import MetricsExport
import NetworkLab
import SockDiag
import Testing

@Suite("Faults: a kernel without sock_diag", .networkNamespaces, .serialized, .timeLimit(.minutes(2)))
struct NoSockDiagTests {
    private static let launcher = ["python3", LabScript.withoutSockDiag.path]

    @Test("procfs tells of every state what sock_diag tells", arguments: EveryState.Clients.allCases)
    func sameSockets(clients: EveryState.Clients) async throws {
        let lab = try EveryState(clients)
        var table = try lab.namespace.perform { try ProcNetTable() }
        var dumper = try lab.namespace.perform { try SocketDumper() }
        // The table is that of the namespace wherever it is read.
        try await eventually("both tell the same", within: .seconds(20)) {
            var (records, expected): ([SocketRecord], [SocketRecord]) = ([], [])
            try table.dump(SocketQuery()) { records.append(copy $0) }
            try dumper.dump(SocketQuery()) { expected.append(copy $0) }
            return (Self.comparable(records), Self.comparable(expected))
        } until: { records, expected in
            records == expected && Set(records.map(\.state)).count == 10
        }
    }

    /// What both tell, in one order.
    private static func comparable(_ records: [SocketRecord]) -> [SocketRecord] {
        records.map { record in
            var record = record
            record.cookie = 0
            record.timerExpires = 0
            record.shutdown = nil
            record.cgroupID = nil
            record.interfaceIndex = 0
            record.tellsQueueLimit = true
            if record.state == .listen { record.sendQueue = 0 }
            return record
        }.sorted { "\($0.local) \($0.remote) \($0.state)" < "\($1.local) \($1.remote) \($1.state)" }
    }

    @Test("no two sockets of a namespace have one identity, and each keeps its own")
    func identities() throws {
        let lab = try EveryState(.ipv4)
        var table = try lab.namespace.perform { try ProcNetTable() }
        func look() throws -> Set<UInt64> {
            var cookies: [UInt64] = []
            try table.dump(SocketQuery()) { cookies.append($0.cookie) }
            #expect(Set(cookies).count == cookies.count && cookies.count > 10)
            return Set(cookies)
        }
        let first = try look()
        #expect(try look() == first)
    }

    @Test("no socket is shown twice while others come faster than they are read")
    func churn() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(backlog: 16)
        let port = try listener.local.port
        let pairs = try (0..<40).map { _ in try namespace.connection(through: listener) }
        var table = try namespace.perform { try ProcNetTable() }
        let churn = try LabScript.churn.start(in: namespace, "15000")
        _ = try await churn.listeningPort()
        try churn.signal(SIGUSR1)
        var (dumps, most) = (0, 0)
        repeat {
            var established = 0
            var cookies: [UInt64] = []
            try table.dump(SocketQuery()) { record in
                cookies.append(record.cookie)
                if record.local.port == port, record.state == .established { established += 1 }
            }
            #expect(established == pairs.count)
            #expect(Set(cookies).count == cookies.count)
            (dumps, most) = (dumps + 1, max(most, cookies.count))
        } while !churn.standardOutput.contains("churned")
        print("/proc/net/tcp, while 15,000 connections came: \(dumps) dumps of up to \(most) sockets")
        #expect(dumps > 1 && most > 5000)
    }

    @Test("the agent counts states and leaks, says once what it cannot tell, and claims none of it")
    func agent() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(backlog: 1)
        let port = try listener.local.port
        let lab = try await FaultLab(
            in: namespace,
            watching: ["{ ports: [\(port)], close_wait_stuck_after: 1s, close_wait_window: 3s }"],
            by: Self.launcher
        )
        let pairs = try (0..<3).map { _ in try namespace.connection(through: listener) }
        try pairs[0].client.shutdownWriting()
        // Two wait in a queue for one: it is full, and procfs does not tell.
        let waiting = try (0..<2).map { _ in try namespace.connect(to: try listener.local) }
        try waiting[0].shutdownWriting()
        let reading = try await eventually("both leaks are stuck") {
            try lab.agent.scrape()
        } until: {
            $0.value("tcp_close_wait_stuck_sockets", ["port": "\(port)", "cause": "unclosed"]) == 1
                && $0.value("tcp_close_wait_stuck_sockets", ["port": "\(port)", "cause": "unaccepted"]) == 1
        }
        let label = ["port": "\(port)"]
        #expect(reading.value("tcp_sockets", ["port": "\(port)", "state": "established"]) == 3)
        #expect(reading.value("tcp_close_wait_entered_total", label) == 2)
        #expect(reading.value("tcp_listen_backlog", label) == 2)
        #expect(reading.value("scrape_collector_success", ["collector": "sockets"]) == 1)
        #expect(reading.value("scrape_collector_success", ["collector": "events"]) == 0)
        for name in [
            "tcp_listen_backlog_limit", "tcp_listen_backlog_fullest_ratio", "tcp_connections_opened_total",
            "heartbeats_observed_total", "evidence_share_ratio", "tcp_half_open_sockets", "tcp_sockets_by_service",
        ] {
            #expect(reading.value(name, label) == nil, "\(name) cannot be known")
        }
        let conditions = Set(
            reading.all("port_condition", label).filter { $0.value == 1 }.compactMap { $0.label("condition") }
        )
        #expect(conditions == ["close_wait_stuck"])

        // Nobody accepted it until now: it stays the same socket.
        let age = try #require(reading.value("tcp_close_wait_oldest_age_seconds", label))
        let accepted = try (0..<2).map { _ in try listener.accept() }
        let later = try await eventually("both are unclosed") {
            try lab.agent.scrape()
        } until: {
            $0.value("tcp_close_wait_stuck_sockets", ["port": "\(port)", "cause": "unclosed"]) == 2
        }
        #expect(try #require(later.value("tcp_close_wait_oldest_age_seconds", label)) > age)
        #expect(later.value("tcp_close_wait_entered_total", label) == 2)
        let warnings = lab.agent.process.standardError.split(separator: "\n").count { $0.contains("/proc/net/tcp") }
        #expect(warnings == 1)
        for pair in pairs { pair.server.close() }
        for server in accepted { server.close() }
        try await lab.checkNothingIsLeft(of: "no sock_diag", hearsEvents: false)
    }

    @Test("a list shows the sockets, says what is missing, and names their processes")
    func list() async throws {
        let namespace = try LabNamespace()
        let server = try LabScript.churn.start(in: namespace, "1")
        let port = try await server.listeningPort()
        let client = try namespace.connect(to: Endpoint("127.0.0.1", port))
        try client.shutdownWriting()
        let list = try LabProcess(
            "python3",
            [LabScript.withoutSockDiag.path, BuiltProgram.path, "list", "--port", "\(port)", "--processes"],
            in: namespace
        )
        #expect(try await list.waitForEnd() == .exited(0))
        #expect(list.standardError.contains("no sock_diag"))
        let rows = list.standardOutput.split(separator: "\n")
        #expect(rows.contains { $0.hasPrefix("CLOSE-WAIT") && $0.contains("127.0.0.1:\(port) ") })
        let listening = try #require(rows.first { $0.hasPrefix("LISTEN") })
        #expect(listening.contains("pid=\(server.identifier),"), "\(listening)")
    }

    @Test("a check judges what procfs tells, and fails by a bound that only sock_diag could tell of")
    func check() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(backlog: 1)
        let port = try listener.local.port
        let pairs = try (0..<3).map { _ in try namespace.connection(through: listener) }
        try pairs[0].client.shutdownWriting()
        // Two wait in a queue for one: it is full, and procfs does not tell.
        let waiting = try (0..<2).map { _ in try namespace.connect(to: try listener.local) }
        func check(_ bound: String...) async throws -> RanCheck {
            try await RanCheck(
                in: namespace,
                configuration: """
                    defaults: { close_wait_stuck_after: 500ms, heartbeat_interval: 200ms }
                    watch: [{ ports: [\(port)] }]
                    """,
                by: Self.launcher,
                "--for=2s",
                bound[0],
                bound[1]
            )
        }
        let told = try await check("--max-close-wait=1", "--min-established=4")
        #expect(told.status == 0, "\(told.output)")
        #expect(told.row("max-close-wait")?.hasPrefix("max-close-wait at most 1 1 ok 1 in CLOSE_WAIT") == true)
        #expect(told.row("min-established")?.hasPrefix("min-established at least 4 4 ok 4 ESTABLISHED") == true)
        let broken = try await check("--max-close-wait=0", "--max-stuck=0")
        #expect(broken.status == 1 && broken.output.hasSuffix("\nCheck: failed: 2 broken of 2\n"), "\(broken.output)")

        for bound in ["max-heartbeat-miss", "max-half-open", "max-reconnect-rate"] {
            let blind = try await check("--\(bound)=1", "--max-close-wait=1")
            #expect(blind.status == 1, "\(blind.output)")
            #expect(blind.output.hasSuffix("\nCheck: failed: 1 not judged of 2\n"), "\(blind.output)")
            let row = try #require(blind.row(bound))
            #expect(row.contains("not judged this kernel has no sock_diag"), "\(row)")
        }

        // Without bounds each condition that cannot be seen says so, and one that is seen fails it.
        let leaking = try await check("--no-collector.companion", "--no-collector.owners")
        #expect(leaking.status == 1)
        #expect(leaking.row("close_wait_stuck")?.hasPrefix("close_wait_stuck must not hold yes FAILED 1 ") == true)
        pairs[0].server.close()
        let healed = try await check("--no-collector.companion", "--no-collector.owners")
        #expect(healed.status == 0, "\(healed.output)")
        for condition in ["backlogged", "half_open", "silent", "slow_consumers", "reconnect_storm"] {
            let row = try #require(healed.row(condition))
            #expect(row.contains("not judged this kernel has no sock_diag"), "\(row)")
        }
        #expect(healed.errors.contains("no sock_diag"))
        for socket in waiting { socket.close() }
        for pair in pairs { pair.client.close() }
    }

    @Test("other network namespaces are read from procfs, each by its own numbers", arguments: [false, true])
    func namespaces(isGone: Bool) async throws {
        let home = try ServedNamespace(1)
        let others = try [3, 5].map { try ServedNamespace($0, port: home.port) }
        let names = others.map(\.namespace.name)
        let agent = try await RunningAgent.start(
            in: home.namespace,
            by: Self.launcher,
            "--port",
            "\(home.port)",
            "--network-namespace",
            names[0],
            "--network-namespace",
            names[1]
        )
        func count(_ scrape: Scrape, _ name: String) -> Double? {
            scrape.value("tcp_sockets", ["port": "\(home.port)", "netns": name, "state": "established"])
        }
        let scrape = try agent.scrape()
        // The agent's own is not among them.
        #expect(scrape.all("tcp_sockets", ["state": "established"]).count == 2)
        #expect(names.map { count(scrape, $0) } == [3, 5])
        #expect(scrape.value("network_namespaces", ["outcome": "sampled"]) == 2)
        #expect(scrape.all("heartbeats_observed_total").isEmpty)
        // What comes later is seen where it comes, too.
        let client = try others[0].namespace.connect(to: Endpoint("127.0.0.1", home.port))
        try await eventually("the fourth is seen") { count(try agent.scrape(), names[0]) == 4 }
        client.close()

        guard isGone else {
            let check = try await RanCheck(
                in: home.namespace,
                by: Self.launcher,
                "--port=\(home.port)",
                "--network-namespace=\(names[1])",
                "--for=1s",
                "--min-established=5"
            )
            #expect(check.status == 0, "\(check.output)\(check.errors)")
            #expect(check.output.contains("port \(home.port) in \(names[1]): "))
            return
        }
        // Files of procfs keep a namespace alive as little as sockets do that are closed.
        let witness = try NamespaceWitness(of: others[1].namespace, in: home.namespace, number: 1)
        try others[1].end()
        try await eventually("the namespace is gone") { !witness.isAlive }
        // It is let go of before the sample that no longer has it is shown.
        try await agent.waitForSamples(1)
        let later = try agent.scrape()
        #expect(count(later, names[1]) == nil && count(later, names[0]) != nil)
        #expect(later.value("network_namespaces", ["outcome": "missing"]) == 1)
    }
}
