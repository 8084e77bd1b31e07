import Glibc
import NetworkLab
import Testing

@Suite("The rights of the agent", .enabled(if: geteuid() == 0, "needs root"), .timeLimit(.minutes(1)))
struct PrivilegesTests {
    /// Of all threads of the agent: what each may do, is permitted to do, and could ever get.
    private static func rights(of process: LabProcess) async throws -> Set<String> {
        let files = "/proc/\(process.identifier)/task/*/status"
        let found = try await Program.shell("grep -hE '^Cap(Eff|Prm|Bnd|Inh|Amb)' \(files)")
        return Set(found.outputLines.map { String($0).replacing("\t", with: "") })
    }

    private static func mask(_ capabilities: Int...) -> String {
        let digits = String(capabilities.reduce(0) { $0 | 1 << UInt64($1) } as UInt64, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func start(_ arguments: [String]) async throws -> LabProcess {
        let process = try LabProcess(
            BuiltProgram.path,
            ["run", "--web.listen-address", "127.0.0.1:0"] + arguments
        )
        try await process.waitForLine(containing: "msg=listening", in: .errors)
        return process
    }

    /// CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN
    private static let (read, network, trace, admin) = (2, 12, 19, 21)

    /// In bytes, above what any system grants by itself, and below.
    private static let (largeBuffer, smallBuffer) = (
        "evidence: { event_buffer_bytes: 268435456 }\n", "evidence: { event_buffer_bytes: 4096 }\n"
    )

    @Test(
        "are those that it needs once its sockets are open, in every thread, for good",
        arguments: [
            (smallBuffer, ["--port", "47"], mask(read, trace), "CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE"),
            (
                largeBuffer, ["--port", "47"], mask(read, network, trace),
                "CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYS_PTRACE"
            ),
            (
                largeBuffer, ["--port", "47", "--no-collector.owners", "--no-collector.events"], mask(read),
                "CAP_DAC_READ_SEARCH"
            ),
            (
                smallBuffer, ["--network-namespace", "all"], mask(read, trace, admin),
                "CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN"
            ),
        ]
    )
    func kept(configuration: String, arguments: [String], mask: String, names: String) async throws {
        let file = try LabFile(configuration)
        let agent = try await Self.start(["--config.file", file.path] + arguments)
        let nothing = Self.mask()
        #expect(
            try await Self.rights(of: agent)
                == ["CapEff:\(mask)", "CapPrm:\(mask)", "CapBnd:\(mask)", "CapInh:\(nothing)", "CapAmb:\(nothing)"]
        )
        #expect(agent.standardError.contains("kept=\"\(names)\"") || agent.standardError.contains("kept=\(names)"))
    }

    @Test("buy a port below 1024 that it keeps when it could not open it any more")
    func lowPort() async throws {
        let namespace = try LabNamespace()
        let process = try LabProcess(
            BuiltProgram.path,
            ["run", "--web.listen-address", "127.0.0.1:47", "--port", "48", "--no-collector.events"],
            in: namespace
        )
        try await process.waitForLine(containing: "msg=listening", in: .errors)
        #expect(try namespace.get("/-/healthy", from: Endpoint("127.0.0.1", 47)).status == 200)
        #expect(try await Self.rights(of: process).contains("CapEff:\(Self.mask(Self.read, Self.trace))"))
    }

    @Test("are enough in a container, which may override and not read, for what the agent could read before")
    func container() async throws {
        let lab = try CertificateLab()
        try await lab.make("server", names: "IP:127.0.0.1")
        try lab.write("tls_server_config: { cert_file: server.crt, key_file: server.key }\n", to: "web.yml")
        #expect(chmod(lab.path("server.key"), 0o400) == 0 && chown(lab.path("server.key"), 1234, 1234) == 0)
        let agent = try LabProcess(
            "setpriv",
            ["--bounding-set=-dac_read_search,-sys_admin", BuiltProgram.path, "run", "--no-collector.events"]
                + ["--web.listen-address", "127.0.0.1:0", "--web.config.file", lab.path("web.yml")]
        )
        try await agent.waitForLine(containing: "url=https://", in: .errors)
        #expect(try await Self.rights(of: agent).contains("CapEff:\(Self.mask(1, Self.trace))"))
    }

    @Test("that a new configuration takes are missed at once, and the old one stays")
    func reload() async throws {
        let file = try LabFile("watch: [{ ports: 47 }]\n")
        let agent = try await Self.start(["--config.file", file.path])
        try file.replace(with: "watch: [{ ports: 47 }]\nnetwork_namespaces: [all]\n")
        try agent.signal(SIGHUP)
        let line = try await agent.waitForLine(containing: "the configuration was not reloaded", in: .errors)
        #expect(line.contains("network_namespaces: this takes CAP_SYS_ADMIN, which the agent gave up"), "\(line)")
    }

    @Test("are none for an ordinary user, of which nothing is said")
    func ordinary() async throws {
        let agent = try LabProcess(
            "setpriv",
            ["--reuid", "65534", "--clear-groups", BuiltProgram.path, "run", "--web.listen-address", "127.0.0.1:0"]
        )
        try await agent.waitForLine(containing: "msg=listening", in: .errors)
        #expect(try await Self.rights(of: agent).contains("CapEff:\(Self.mask())"))
        #expect(!agent.standardError.contains("rights"))
    }
}
