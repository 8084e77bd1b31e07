import Glibc
import MetricsExport
import NetworkLab
import SockDiag
import Testing

@Suite("Connections by service", .networkNamespaces, .cgroups, .serialized)
struct ServiceTests {
    private static let docker = "docker-" + String(repeating: "0123456789abcdef", count: 4) + ".scope"
    private static let pod =
        "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1b4e28ba_2fa1_11d2_883f_0016d3cca427.slice/"
        + "cri-containerd-" + String(repeating: "fedcba9876543210", count: 4) + ".scope"

    /// Shares its port with others, tells after each change how many connections it has accepted and how many clients
    /// have left, and closes the connections of those, or does not.
    private static let service = """
        import select, socket, sys
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        listener.listen(128)
        print("listening", listener.getsockname()[1], flush=True)
        connections, leaked, accepted, left = [], [], 0, 0
        while True:
            for ready in select.select([listener] + connections, [], [])[0]:
                if ready is listener:
                    connections.append(listener.accept()[0])
                    accepted += 1
                elif not ready.recv(4096):
                    connections.remove(ready)
                    left += 1
                    if sys.argv[2] == "leaks": leaked.append(ready)
                    else: ready.close()
                print("accepted", accepted, "left", left, flush=True)
        """

    /// One of the services that share a port.
    private struct Service {
        let cgroup: LabCgroup
        let process: LabProcess
        let port: UInt16
        let leaks: Bool

        init(_ path: String, leaks: Bool, port: UInt16 = 0, in namespace: LabNamespace) async throws {
            self.leaks = leaks
            cgroup = try LabCgroup(path)
            process = try cgroup.run(
                "python3",
                ["-c", ServiceTests.service, "\(port)", leaks ? "leaks" : "closes"],
                in: namespace
            )
            self.port = try await process.listeningPort()
        }

        /// How many connections it has accepted, and how many of their clients have left, by its own count.
        var truth: (accepted: Int, left: Int) {
            let words = process.standardOutput.split(separator: "\n").last?.split(separator: " ") ?? []
            guard words.count == 4, words[0] == "accepted" else { return (0, 0) }
            return (Int(words[1]) ?? 0, Int(words[3]) ?? 0)
        }

        /// What the agent is to say.
        var expected: [String: Double] {
            ["established": Double(truth.accepted - truth.left), "close_wait": leaks ? Double(truth.left) : 0]
        }
    }

    /// The series of a port: the values by state of each service.
    private static func services(of port: UInt16, _ agent: RunningAgent) throws -> [String: [String: Double]] {
        try agent.scrape().all("tcp_sockets_by_service", ["port": "\(port)"]).reduce(into: [:]) { services, sample in
            services[sample.label("service") ?? "", default: [:]][sample.label("state") ?? ""] = sample.value
        }
    }

    private static let nothing = ["established": 0.0, "close_wait": 0]

    @Test(
        "name the one of two services on a port that leaks, with the right number",
        arguments: [
            (docker, "docker:0123456789ab", "system.slice/orders.service", "orders.service"),
            ("system.slice/orders.service", "orders.service", docker, "docker:0123456789ab"),
            (pod, "pod:1b4e28ba-2fa1-11d2-883f-0016d3cca427", docker, "docker:0123456789ab"),
        ]
    )
    func leak(path: String, name: String, otherPath: String, otherName: String) async throws {
        let namespace = try LabNamespace()
        let leaking = try await Service(path, leaks: true, in: namespace)
        let port = leaking.port
        let healthy = try await Service(otherPath, leaks: false, port: port, in: namespace)
        let agent = try await RunningAgent.watching(port, in: namespace)
        #expect(try Self.services(of: port, agent) == [name: Self.nothing, otherName: Self.nothing])

        let staying = try (0..<20).map { _ in try namespace.connect(to: Endpoint("127.0.0.1", port)) }
        for _ in 0..<60 { try namespace.connect(to: Endpoint("127.0.0.1", port)).close() }
        let services = try await eventually("each service has its own", every: .milliseconds(100)) {
            try Self.services(of: port, agent)
        } until: { services in
            leaking.truth.left + healthy.truth.left == 60
                && services == [name: leaking.expected, otherName: healthy.expected]
        }
        #expect(leaking.truth.accepted + healthy.truth.accepted == 80 && leaking.truth.left > 0)
        #expect(healthy.truth.accepted > 0)
        print("\(services), and by their own count \(name) \(leaking.truth), \(otherName) \(healthy.truth)")

        let leaked = leaking.truth.left
        try await eventually("the page says who leaks", every: .milliseconds(100)) {
            try agent.get("/").text
        } until: {
            $0.contains("In CLOSE_WAIT by service: <strong>\(name) \(leaked).</strong>")
        }
        #expect(try agent.get("/api/v1/snapshot").text.contains(#""service":"\#(name)""#))

        try leaking.process.signal(SIGKILL)
        try await eventually("the series goes with the service", every: .milliseconds(100)) {
            try Self.services(of: port, agent).keys.sorted() == [otherName]
        }
        for client in staying { client.close() }
    }

    @Test("keep the name of a cgroup that has gone, while its sockets are there; who never saw it does not know")
    func gone() async throws {
        let namespace = try LabNamespace()
        let service = try await Service("old.service", leaks: true, in: namespace)
        let agent = try await RunningAgent.watching(service.port, in: namespace)
        try namespace.connect(to: Endpoint("127.0.0.1", service.port)).close()
        let expected = ["established": 0.0, "close_wait": 1]
        try await eventually("the leak is seen", every: .milliseconds(100)) {
            try Self.services(of: service.port, agent) == ["old.service": expected]
        }
        try service.cgroup.evict(service.process)
        service.cgroup.remove()
        try await agent.waitForSamples(3)
        #expect(try Self.services(of: service.port, agent) == ["old.service": expected])
        let later = try await RunningAgent.watching(service.port, in: namespace)
        #expect(try Self.services(of: service.port, later) == ["unknown": expected])
    }

    @Test("name a service that begins after the agent, at the latest when the cgroups may be walked again")
    func later() async throws {
        let namespace = try LabNamespace()
        let first = try await Service("first.service", leaks: false, in: namespace)
        let agent = try await RunningAgent.watching(first.port, in: namespace)
        #expect(try Self.services(of: first.port, agent) == ["first.service": Self.nothing])
        let second = try await Service("second.service", leaks: false, port: first.port, in: namespace)
        try await eventually("the other one has its name", within: .seconds(30), every: .milliseconds(100)) {
            try Self.services(of: second.port, agent)
        } until: {
            $0 == ["first.service": Self.nothing, "second.service": Self.nothing]
        }
    }

    @Test("are not there with --no-collector.owners")
    func off() async throws {
        let namespace = try LabNamespace()
        let service = try await Service("web.service", leaks: true, in: namespace)
        let agent = try await RunningAgent.start(in: namespace, "--no-collector.owners", "--port", "\(service.port)")
        let client = try namespace.connect(to: Endpoint("127.0.0.1", service.port))
        try await eventually("the connection is counted", every: .milliseconds(100)) {
            try agent.reading(of: service.port).states == [.established: 1]
        }
        #expect(try Self.services(of: service.port, agent).isEmpty)
        #expect(!(try agent.get("/api/v1/snapshot").text.contains(#""services""#)))
        client.close()
    }
}
