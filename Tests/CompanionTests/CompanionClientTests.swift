import Companion
import Glibc
import Testing

@Suite("Fetching a server's numbers", .timeLimit(.minutes(2)))
struct CompanionClientTests {
    /// Long enough for loopback on a busy machine, short enough to wait for.
    static let timeout = Duration.milliseconds(300)
    /// What a fetch may take that ran out of time, on a busy machine.
    static let patience = Duration.seconds(10)

    static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

    @Test("a whole answer comes with its content type and duration, and leaves no connection behind")
    func wholeAnswer() async throws {
        let body = "active_connections 3\n"
        let steps: [LocalServer.Step] = [.send("\(Self.head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")]
        try await LocalServer.run(steps) { server in
            let client = CompanionClient()
            let response = try await client.fetch(CompanionURL(server.url()), timeout: .seconds(10))
            #expect(String(decoding: response.body, as: UTF8.self) == body)
            #expect(response.contentType == "text/plain")
            #expect(response.duration > .zero)
            #expect(try await eventually { server.openConnections == 0 })
            await client.shutdown()
        }
    }

    @Test("the request asks for OpenMetrics first, names the agent and wants the connection closed")
    func request() async throws {
        try await LocalServer.run([.send("\(Self.head)Content-Length: 0\r\n\r\n")]) { server in
            let client = CompanionClient()
            let url = try CompanionURL("http://scraper:s%3Acret@127.0.0.1:\(server.port)/metrics?a=b")
            _ = try await client.fetch(url, timeout: .seconds(10))
            await client.shutdown()
            let lines = try #require(server.requests.first).split(separator: "\r\n").map { $0.lowercased() }
            #expect(lines.first == "get /metrics?a=b http/1.1")
            #expect(
                lines.contains {
                    $0.hasPrefix(
                        "accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.6"
                    )
                        && $0.hasSuffix("*/*;q=0.2")
                }
            )
            #expect(lines.contains("user-agent: sse-sockwatch"))
            #expect(lines.contains("connection: close"))
            // base64 of scraper:s:cret
            #expect(lines.contains("authorization: basic c2nyyxblcjpzomnyzxq="))
            #expect(url.description == "http://127.0.0.1:\(server.port)/metrics?a=b")
        }
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        var what: String
        var steps: [LocalServer.Step]
        var code: CompanionFailure.Code
        var status: Int?
        var words: String
        var testDescription: String { what }
    }

    static let troubles: [Trouble] = [
        Trouble(what: "says nothing", steps: [], code: .timedOut, words: "within 0.3 seconds"),
        Trouble(what: "drips its head", steps: [.send(head), .drip("X-A: b\r\n")], code: .timedOut, words: "within"),
        Trouble(
            what: "drips its body",
            steps: [.send("\(head)Content-Length: 100000\r\n\r\n"), .drip("a")],
            code: .timedOut,
            words: "no complete answer"
        ),
        Trouble(
            what: "drips an endless body",
            steps: [.send("\(head)Transfer-Encoding: chunked\r\n\r\n"), .drip("1\r\na\r\n")],
            code: .timedOut,
            words: "no complete answer"
        ),
        Trouble(
            what: "stops in the middle of its body",
            steps: [.send("\(head)Content-Length: 10\r\n\r\nabc")],
            code: .timedOut,
            words: "no complete answer"
        ),
        Trouble(
            what: "answers 500",
            steps: [.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")],
            code: .status,
            status: 500,
            words: "answered 500 Internal Server Error"
        ),
        Trouble(
            what: "answers 503 with a body that never ends",
            steps: [.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 9999\r\n\r\n"), .drip("a")],
            code: .status,
            status: 503,
            words: "answered 503"
        ),
        Trouble(
            what: "redirects",
            steps: [.send("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")],
            code: .redirect,
            status: 302,
            words: "a redirect to /login, which is not followed"
        ),
        Trouble(
            what: "speaks something else",
            steps: [.send("220 mail.example ESMTP\r\n"), .close],
            code: .notHTTP,
            words: "not HTTP"
        ),
        Trouble(what: "closes at once", steps: [.close], code: .closedEarly, words: "closed the connection"),
        Trouble(
            what: "closes in the middle of its body",
            steps: [.send("\(head)Content-Length: 100\r\n\r\nabc"), .close],
            code: .closedEarly,
            words: "closed the connection"
        ),
        Trouble(
            what: "closes in the middle of a chunk",
            steps: [.send("\(head)Transfer-Encoding: chunked\r\n\r\n64\r\nabc"), .close],
            code: .closedEarly,
            words: "closed the connection"
        ),
        Trouble(
            what: "compresses unasked",
            steps: [.send("\(head)Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")],
            code: .malformed,
            words: "encoded as gzip"
        ),
    ]

    @Test("a server that misbehaves is a failure in time, with its connection closed", arguments: troubles)
    func misbehaviour(_ trouble: Trouble) async throws {
        try await LocalServer.run(trouble.steps) { server in
            let client = CompanionClient()
            // Only what is meant to run out of time gets little of it: the others must not, however busy the machine.
            let timeout = trouble.code == .timedOut ? Self.timeout : .seconds(30)
            let failure = try await Self.failure(client, server.url(), timeout: timeout)
            #expect(failure.code == trouble.code)
            #expect(failure.status == trouble.status)
            #expect(failure.message.hasPrefix(server.url()))
            #expect(failure.message.contains(trouble.words), "\(failure)")
            #expect(try await eventually { server.openConnections == 0 })
            #expect(try await eventually { try !Self.hasCloseWait(toward: server.port) })
            await client.shutdown()
        }
    }

    @Test("the look for CLOSE_WAIT sees a connection that nobody closes")
    func closeWaitIsSeen() async throws {
        try await LocalServer.run([.close]) { server in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(server.port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
            }
            try #require(isConnected)
            _ = write(descriptor, "x", 1)
            #expect(try await eventually { try Self.hasCloseWait(toward: server.port) })
            close(descriptor)
            #expect(try await eventually { try !Self.hasCloseWait(toward: server.port) })
        }
    }

    @Test(
        "a body above the limit is cut off, announced or not",
        arguments: ["Content-Length: 9000000\r\n\r\n", "\r\n"]
    )
    func tooLarge(rest: String) async throws {
        let line = String(repeating: "a", count: 65_536)
        try await LocalServer.run([.send(Self.head + rest), .flood(line)]) { server in
            let client = CompanionClient()
            let failure = try await Self.failure(client, server.url(), timeout: .seconds(30))
            #expect(failure.code == .tooLarge)
            #expect(failure.message.contains("8388608 bytes"))
            #expect(try await eventually { server.openConnections == 0 })
            await client.shutdown()
        }
    }

    @Test("a body of just the limit is taken")
    func justTheLimit() async throws {
        let answer = "\(Self.head)Content-Length: 10\r\n\r\n0123456789"
        try await LocalServer.run([.send(answer)]) { server in
            for (limit, fits) in [(10, true), (9, false)] {
                let client = CompanionClient(sizeLimit: limit)
                let url = try CompanionURL(server.url())
                if fits {
                    #expect(try await client.fetch(url, timeout: .seconds(30)).body.count == 10)
                } else {
                    #expect(try await Self.failure(client, server.url(), timeout: .seconds(30)).code == .tooLarge)
                }
                await client.shutdown()
            }
        }
    }

    @Test("a port on which nothing listens is refused at once")
    func refused() async throws {
        let port = try await LocalServer.run([]) { $0.port }
        let client = CompanionClient()
        let failure = try await Self.failure(client, "http://127.0.0.1:\(port)/", timeout: .seconds(30))
        #expect(failure.code == .refused)
        await client.shutdown()
    }

    @Test("https to a server without TLS is a failure of TLS")
    func noTLS() async throws {
        try await LocalServer.run([.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close]) { server in
            let client = CompanionClient()
            let failure = try await Self.failure(client, "https://127.0.0.1:\(server.port)/", timeout: .seconds(30))
            #expect(failure.code == .tls, "\(failure)")
            await client.shutdown()
        }
    }

    @Test("a name that does not exist is a failure in time")
    func noName() async throws {
        let client = CompanionClient()
        let failure = try await Self.failure(client, "http://no-such-host.invalid/", timeout: .seconds(1))
        // A resolver without network may take longer than the fetch does.
        #expect([.dns, .timedOut].contains(failure.code), "\(failure)")
        await client.shutdown()
    }

    @Test("a cancelled fetch ends at once")
    func cancellation() async throws {
        try await LocalServer.run([]) { server in
            let client = CompanionClient()
            let url = try CompanionURL(server.url())
            let fetch = Task { try await client.fetch(url, timeout: .seconds(60)) }
            #expect(try await eventually { !server.requests.isEmpty })
            fetch.cancel()
            let result = await fetch.result
            #expect(throws: CompanionFailure.self) { try result.get() }
            #expect(try await eventually { server.openConnections == 0 })
            await client.shutdown()
        }
    }

    @Test(
        "an address that cannot be fetched is told before anything is sent, without its password",
        arguments: [
            "", "metrics", "127.0.0.1:8080/metrics", "ftp://user:secret@host/", "http://", "http:///metrics",
            "http://user:secret@host:99999/", "http://ho st/",
        ]
    )
    func badURL(_ text: String) throws {
        let error = #expect(throws: CompanionMappingError.self) { try CompanionURL(text) }
        #expect(error?.message.contains("is not a URL to fetch") == true)
        #expect(error?.message.contains("secret") == false)
    }

    static func failure(
        _ client: CompanionClient,
        _ url: String,
        timeout: Duration
    ) async throws -> CompanionFailure {
        let url = try CompanionURL(url)
        let start = ContinuousClock.now
        do {
            _ = try await client.fetch(url, timeout: timeout)
        } catch {
            #expect(ContinuousClock.now - start < timeout + patience)
            return error
        }
        throw Unexpected(description: "the fetch of \(url) succeeded")
    }

    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }

    /// Whether this machine has a socket in CLOSE_WAIT (state 08) whose peer has this port.
    static func hasCloseWait(toward port: Int) throws -> Bool {
        let file = try #require(fopen("/proc/net/tcp", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        let wanted = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - wanted.count) + wanted
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let fields = text.split(separator: " ")
            if fields.count > 3, fields[2].hasSuffix(suffix), fields[3] == "08" { return true }
        }
        return false
    }
}
