import Glibc
import NetworkLab
import Testing

@Suite("A web server with a web configuration", .timeLimit(.minutes(2)), .serialized)
struct WebSecurityTests {
    static let carol = "carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu\n"

    static func tls(_ lines: String = "") -> String {
        "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n" + lines
    }

    /// A server's certificate and its authority, and one client's by the same, one by another.
    static func certificates() async throws -> CertificateLab {
        let lab = try CertificateLab()
        try await lab.make("ca", names: "")
        try await lab.make("server", names: "IP:127.0.0.1", signedBy: "ca")
        return lab
    }

    @Test("encrypts, by TLS 1.2 and 1.3, and answers nobody who does not")
    func encryption() async throws {
        let lab = try await Self.certificates()
        try lab.write(Self.tls(), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        #expect(agent.url.hasPrefix("https://127.0.0.1:"))
        for version in ["--tls-max 1.2 --tlsv1.2", "--tlsv1.3"] {
            let flags = version.split(separator: " ").map(String.init)
            let answer = try await SecuredAgent.curl(
                ["\(agent.url)/metrics", "--cacert", lab.path("ca.crt"), "--compressed"] + flags
            )
            #expect(answer.status == 200, "\(answer.errors)")
            #expect(answer.headers.contains { $0.lowercased() == "content-encoding: gzip" })
            #expect(answer.body.contains("sse_sockwatch_port_info{port=\"47\""))
        }
        #expect(try await !agent.get("/metrics").isAnswer, "an unknown authority")
        #expect(try await !agent.get("/metrics", "-k", "--tls-max", "1.1").isAnswer)
        let plain = "http" + agent.url.dropFirst(5)
        #expect(try await !SecuredAgent.curl(["\(plain)/metrics"]).isAnswer)
    }

    @Test("speaks the versions, suites and curves that it is told")
    func choices() async throws {
        let lab = try await Self.certificates()
        let suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        try lab.write(
            Self.tls("  max_version: TLS12\n  cipher_suites: [\(suite)]\n  curve_preferences: [CurveP384]\n"),
            to: "web.yml"
        )
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        func isServed(_ flags: String...) async throws -> Bool {
            try await SecuredAgent.curl(["\(agent.url)/metrics", "--cacert", lab.path("ca.crt")] + flags).status == 200
        }
        #expect(try await isServed())
        #expect(try await isServed("--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", "--curves", "P-384:P-256"))
        #expect(try await !isServed("--tlsv1.3"))
        #expect(try await !isServed("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"))
        #expect(try await !isServed("--curves", "X25519:P-256"))
    }

    enum Client: String, CaseIterable {
        case without, known, unknown
    }

    @Test(
        "wants clients' certificates as it is told",
        arguments: [
            ("NoClientCert", [Client.without, .known, .unknown]),
            ("RequestClientCert", [.without, .known, .unknown]),
            ("RequireAnyClientCert", [.known, .unknown]),
            ("VerifyClientCertIfGiven", [.without, .known]),
            ("RequireAndVerifyClientCert", [.known]),
        ]
    )
    func clients(type: String, served: [Client]) async throws {
        let lab = try await Self.certificates()
        try await lab.make("known", names: "DNS:prometheus.example", signedBy: "ca")
        try await lab.make("unknown", names: "DNS:prometheus.example")
        let authorities = type == "NoClientCert" ? "" : "  client_ca_file: ca.crt\n"
        try lab.write(Self.tls("  client_auth_type: \(type)\n\(authorities)"), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        for client in Client.allCases {
            let own = ["--cert", lab.path("\(client).crt"), "--key", lab.path("\(client).key")]
            let answer = try await SecuredAgent.curl(
                ["\(agent.url)/metrics", "--cacert", lab.path("ca.crt")] + (client == .without ? [] : own)
            )
            #expect((answer.status == 200) == served.contains(client), "\(client): \(answer.errors)")
        }
    }

    @Test("lets only clients in whose certificate carries one of the names", arguments: [true, false])
    func names(isAllowed: Bool) async throws {
        let lab = try await Self.certificates()
        try await lab.make("client", names: "DNS:other.example,IP:192.0.2.1,URI:spiffe://a/b", signedBy: "ca")
        let names = isAllowed ? "[prometheus.example, 192.0.2.1]" : "[prometheus.example, 192.0.2.2]"
        try lab.write(
            Self.tls(
                "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
                    + "  client_allowed_sans: \(names)\n"
            ),
            to: "web.yml"
        )
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        let answer = try await agent.get(
            "/metrics",
            "--cacert",
            lab.path("ca.crt"),
            "--cert",
            lab.path("client.crt"),
            "--key",
            lab.path("client.key")
        )
        #expect((answer.status == 200) == isAllowed, "\(answer.errors)")
    }

    @Test("takes a new certificate when its file changes, a broken one not, and the next good one again")
    func renewal() async throws {
        let lab = try await Self.certificates()
        try lab.write(Self.tls(), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        func get(_ authority: String) async throws -> SecuredAgent.Answer {
            try await agent.get("/metrics", "--cacert", lab.path(authority))
        }
        #expect(try await get("ca.crt").status == 200)
        try await lab.make("next", names: "IP:127.0.0.1")
        try lab.rename("next.key", to: "server.key")
        // The old certificate and a new key: clients are told, by the certificate that was good.
        let broken = try await get("ca.crt")
        #expect(broken.status == 500 && broken.body.contains("the web configuration is broken"), "\(broken)")
        try lab.rename("next.crt", to: "server.crt")
        #expect(try await get("server.crt").status == 200)
        #expect(try await !get("ca.crt").isAnswer)
        try await agent.process.waitForLine(
            containing: "the web configuration is broken; nobody is served",
            in: .errors
        )
        try await agent.process.waitForLine(containing: "the web configuration was reloaded", in: .errors)
    }

    @Test("asks for passwords before everything that it serves, and takes new ones at once")
    func passwords() async throws {
        let lab = try CertificateLab()
        try lab.write("basic_auth_users:\n  \(Self.carol)", to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        for path in ["/", "/metrics", "/api/v1/snapshot", "/api/v1/owners?port=47", "/-/healthy", "/-/ready", "/none"] {
            let nobody = try await agent.get(path)
            #expect(nobody.status == 401 && nobody.headers.contains("WWW-Authenticate: Basic"), "\(path)")
            #expect(nobody.body == "401 Unauthorized\n")
            #expect(try await agent.get(path, "-u", "carol:carol124").status == 401)
            #expect(
                try await agent.get(path, "-u", "carol:carol123").status == (path == "/none" ? 404 : 200),
                "\(path)"
            )
        }
        try lab.write("{}\n", to: "web.yml")
        #expect(try await agent.get("/metrics").status == 200)
    }

    @Test("answers 500 while its configuration is broken, and is well again with it")
    func broken() async throws {
        let lab = try CertificateLab()
        try lab.write("http_server_config: { headers: { X-Frame-Options: deny } }\n", to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        #expect(try await agent.get("/").headers.contains("X-Frame-Options: deny"))
        #expect(try await agent.get("/none").headers.contains("X-Frame-Options: deny"))
        try lab.write("basic_auth_users: { carol: carol123 }\n", to: "web.yml")
        let broken = try await agent.get("/metrics")
        #expect(broken.status == 500)
        #expect(!broken.body.contains("carol"), "what is wrong is for the log")
        let line = try await agent.process.waitForLine(containing: "nobody is served", in: .errors)
        #expect(line.contains("web.yml:1:28: basic_auth_users.carol: this is no bcrypt hash"))
        try lab.write(Self.tls(), to: "web.yml")
        #expect(try await agent.get("/metrics").status == 500, "encryption does not come while it runs")
        try lab.write("", to: "web.yml")
        #expect(try await agent.get("/metrics").status == 200)
    }

    @Test("answers 429 beyond the rate limit")
    func rateLimit() async throws {
        let lab = try CertificateLab()
        try lab.write("rate_limit: { interval: 1h, burst: 3 }\n", to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        for status in [200, 200, 200, 429, 429] { #expect(try await agent.get("/-/healthy").status == status) }
    }

    @Test("does not start with a configuration that is wrong, and check-config finds the same")
    func refused() async throws {
        let lab = try await Self.certificates()
        try await lab.make("other", names: "")
        let cases = [
            ("tls_server_config: {}\n", "web.yml:1:20: tls_server_config: `cert_file` is missing", 1),
            (Self.tls().replacing("server.crt", with: "none.crt"), "none.crt: the certificate no such file", 1),
            (Self.tls().replacing("server.crt", with: "web.yml"), "web.yml: the certificate cannot be read", 1),
            (
                Self.tls().replacing("server.key", with: "other.key"),
                "server.crt: the certificate cannot be used with", 1
            ),
        ]
        for (text, message, status) in cases {
            try lab.write(text, to: "web.yml")
            let checked = try await Program.run("check-config", "--web.config.file", lab.path("web.yml"))
            #expect(checked.errors.contains(message), "\(checked.errors)")
            #expect(Int(checked.status) == status)
            let run = try await Program.run(
                "run",
                "--web.listen-address",
                "127.0.0.1:0",
                "--web.config.file",
                lab.path("web.yml")
            )
            #expect(run.errors.contains(message) && run.status == 2, "\(run.errors)")
        }
        let missing = try await Program.run("check-config", "--web.config.file", lab.path("none.yml"))
        #expect(missing.status == 2 && missing.errors.contains("none.yml: no such file"))
        try lab.write(Self.tls(), to: "web.yml")
        let good = try await Program.run("check-config", "--web.config.file", lab.path("web.yml"))
        #expect(good.status == 0 && good.output == "# \(lab.path("web.yml")) is valid.\n")
    }

    @Test("serves on several addresses, a Unix socket among them, and takes that away at its end")
    func addresses() async throws {
        let lab = try CertificateLab()
        let socket = lab.path("agent.sock")
        let process = try LabProcess(
            BuiltProgram.path,
            [
                "run", "--port", "47", "--web.listen-address", "127.0.0.1:0", "--web.listen-address", "unix:\(socket)",
                "--web.listen-address", "[::1]:0",
            ]
        )
        try await process.waitForLine(containing: "unix:\(socket)", in: .errors)
        let answer = try await SecuredAgent.curl(["--unix-socket", socket, "http://agent/metrics"])
        #expect(answer.status == 200 && answer.body.contains("sse_sockwatch_port_info{port=\"47\""))
        let line = try await process.waitForLine(containing: "url=http://127.0.0.1", in: .errors)
        let port = try #require(line.split(separator: ":").last)
        #expect(try await SecuredAgent.curl(["http://127.0.0.1:\(port)/-/healthy"]).status == 200)

        let second = try await Program.run("run", "--web.listen-address", "unix:\(socket)")
        #expect(second.status == 2)
        #expect(second.errors.contains("cannot listen on unix:\(socket): somebody listens there already"))
        #expect(try await SecuredAgent.curl(["--unix-socket", socket, "http://agent/-/healthy"]).status == 200)
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd(within: .seconds(5)) == .exited(0))
        #expect(access(socket, F_OK) != 0)
    }

    @Test("takes its Unix socket away also when it cannot start")
    func leftover() async throws {
        let lab = try CertificateLab()
        try lab.write("basic_auth_users: 1\n", to: "web.yml")
        let first = try await Program.run(
            "run",
            "--web.listen-address",
            "unix:\(lab.path("a.sock"))",
            "--web.config.file",
            lab.path("web.yml")
        )
        let second = try await Program.run(
            "run",
            "--web.listen-address",
            "unix:\(lab.path("a.sock"))",
            "--web.listen-address",
            "192.0.2.1:80"
        )
        #expect(first.status == 2 && second.status == 2)
        #expect(access(lab.path("a.sock"), F_OK) != 0)
    }
}
