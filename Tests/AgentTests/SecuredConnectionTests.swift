import Glibc
import NetworkLab
import Testing

@testable import sse_sockwatch

@Suite("A connection by TLS", .timeLimit(.minutes(2)), .serialized)
struct SecuredConnectionTests {
    @Test(
        "speaks HTTP/2 with clients that want it, unless it is told not to, or to use suites that HTTP/2 forbids",
        arguments: [
            ("", "", "2"), ("http_server_config: { http2: true }\n", "", "2"),
            ("http_server_config: { http2: false }\n", "", "1.1"),
            ("", "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n", "2"),
            ("", "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]\n", "1.1"),
        ]
    )
    func http2(http: String, tls: String, version: String) async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(tls) + http, to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        for (flag, spoken) in [("--http2", version), ("--http1.1", "1.1")] {
            let answer = try await agent.get("/metrics", flag, "--cacert", lab.path("ca.crt"), "--compressed")
            #expect(answer.headers.first?.hasPrefix("HTTP/\(spoken) 200") == true, "\(answer.headers) \(answer.errors)")
            #expect(answer.body.contains("sse_sockwatch_port_info{port=\"47\""))
        }
    }

    @Test("has the same rules for HTTP/2: passwords, headers, limits, methods")
    func rulesOfHTTP2() async throws {
        let lab = try await WebSecurityTests.certificates()
        let rules =
            "basic_auth_users:\n  \(WebSecurityTests.carol)http_server_config: { headers: { X-Frame-Options: deny } }\n"
        try lab.write(WebSecurityTests.tls() + rules + "rate_limit: { interval: 1h, burst: 4 }\n", to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        func get(_ path: String, _ flags: String...) async throws -> SecuredAgent.Answer {
            try await SecuredAgent.curl(
                ["\(agent.url)\(path)", "--http2", "--cacert", lab.path("ca.crt")] + flags
            )
        }
        let nobody = try await get("/metrics")
        #expect(nobody.status == 401 && nobody.headers.contains("x-frame-options: deny"), "\(nobody.headers)")
        #expect(try await get("/metrics", "-u", "carol:carol123").status == 200)
        let head = try await get("/metrics", "-u", "carol:carol123", "--head")
        #expect(head.status == 200 && head.body.isEmpty)
        let post = try await get("/metrics", "-u", "carol:carol123", "-d", "x=y")
        #expect(post.status == 405 && post.headers.contains("allow: GET, HEAD"))
        #expect(try await get("/metrics", "-u", "carol:carol123").status == 429)
    }

    @Test("answers a hundred requests of one HTTP/2 connection at once")
    func streams() async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        let urls = Array(repeating: "\(agent.url)/-/healthy", count: 100)
        let flags = ["-sS", "--http2", "--parallel", "--parallel-max", "100", "--cacert", lab.path("ca.crt")]
        let curl = try LabProcess("curl", flags + urls)
        #expect(try await curl.waitForEnd() == .exited(0), "\(curl.standardError)")
        #expect(curl.standardOutput.split(separator: "\n").count == 100)
    }

    @Test("ends in time although a client says nothing to its farewell", arguments: ["h2", "http/1.1"])
    func farewell(version: String) async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        let mute = try MuteClient.start(version, port: agent.port)
        try await mute.waitForLine(containing: "answered")
        try agent.process.signal(SIGTERM)
        #expect(try await agent.process.waitForEnd(within: .seconds(5)) == .exited(0))
        #expect(!agent.process.standardError.contains("still being served"))
    }

    @Test("closes a connection on which nothing is written, whatever its client says", arguments: ["h2", "http/1.1"])
    func silence(version: String) async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(), to: "web.yml")
        try await WebLab.withServer({ $0.longestSilence = .seconds(1) }, security: lab.path("web.yml")) {
            port async throws in
            let mute = try MuteClient.start(version, port: port)
            try await mute.waitForLine(containing: "answered")
            try await mute.waitForLine(containing: "closed")
        }
    }

    @Test("sends those away who asked once and are mute, as fast as others come", arguments: ["h2", "http/1.1"])
    func mute(version: String) async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(), to: "web.yml")
        try await WebLab.withServer({ $0.mostConnections = 8 }, security: lab.path("web.yml")) { port async throws in
            var clients: [LabProcess] = []
            for _ in 0..<8 {
                clients.append(try MuteClient.start(version, port: port))
                try await clients.last?.waitForLine(containing: "answered")
            }
            let began = ContinuousClock.now
            for _ in 0..<8 {
                let url = "https://127.0.0.1:\(port)/-/healthy"
                #expect(try await SecuredAgent.curl([url, "--cacert", lab.path("ca.crt")]).status == 200)
            }
            // TLS would wait five seconds for each to say goodbye.
            #expect(ContinuousClock.now - began < .seconds(10))
            try await clients[0].waitForLine(containing: "closed")
        }
    }

    @Test("answers HEAD with a header alone, also where it refuses", arguments: ["--http2", "--http1.1"])
    func head(version: String) async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls() + "basic_auth_users:\n  \(WebSecurityTests.carol)", to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        for (path, user, status) in [
            ("/metrics", "carol:carol123", 200), ("/none", "carol:carol123", 404), ("/-/reload", "carol:carol123", 405),
            ("/metrics", "carol:wrong", 401),
        ] {
            let answer = try await agent.get(path, version, "--head", "-u", user, "--cacert", lab.path("ca.crt"))
            #expect(answer.isAnswer && answer.status == status, "\(path): \(answer.errors)")
        }
        // What is left over of one answer would stand before the next.
        let twice = try await SecuredAgent.curl(
            ["\(agent.url)/none", "\(agent.url)/none", version, "--head", "--cacert", lab.path("ca.crt")]
        )
        #expect(twice.isAnswer && !(twice.headers + [twice.body]).joined().contains("Unauthorized\n"))
    }

    @Test("sends those away who hold connections open without a handshake, so that scrapers get in")
    func crowded() async throws {
        let lab = try await WebSecurityTests.certificates()
        try lab.write(WebSecurityTests.tls(), to: "web.yml")
        let agent = try await SecuredAgent.start(lab.path("web.yml"))
        let port = agent.port
        var silent: [RawClient] = []
        for _ in 0..<300 { silent.append(try await RawClient.open(port: port)) }
        try await DemoLab.eventually("the first ones go") { silent[..<44].allSatisfy(\.received.isFinished) }
        #expect(try await agent.get("/metrics", "--cacert", lab.path("ca.crt")).status == 200)
        try await DemoLab.eventually("all go when no handshake comes", within: .seconds(20)) {
            silent.allSatisfy(\.received.isFinished)
        }
        for client in silent { try? await client.close() }
    }
}
