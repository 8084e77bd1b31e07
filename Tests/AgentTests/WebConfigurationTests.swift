import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("A web configuration")
struct WebConfigurationTests {
    private static let hash = "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu"

    private static func parse(_ text: String, file: String = "web.yml") throws(ConfigurationError) -> WebConfiguration {
        try WebConfiguration.parse(Array(text.utf8), file: file)
    }

    @Test("may be empty", arguments: ["", "# nothing\n", "{}", "tls_server_config:\nbasic_auth_users:\n"])
    func empty(text: String) throws {
        #expect(try Self.parse(text) == WebConfiguration())
    }

    @Test("is read whole, and its paths are relative to its folder")
    func whole() throws {
        let text = """
            tls_server_config:
              cert_file: server.crt
              key_file: /etc/ssl/server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: tls/ca.crt
              client_allowed_sans: [prometheus.example, 192.0.2.1]
              min_version: TLS12
              max_version: TLS13
              cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
              curve_preferences: [X25519, CurveP256]
              prefer_server_cipher_suites: true
            http_server_config:
              http2: false
              headers:
                Strict-Transport-Security: max-age=31536000; includeSubDomains
                X-Content-Type-Options: nosniff
                X-Frame-Options: deny
                X-XSS-Protection: "0"
                Content-Security-Policy: default-src 'self'
            basic_auth_users:
              alice: \(Self.hash)
            rate_limit:
              interval: 1s
              burst: 20
            """
        let web = try Self.parse(text, file: "etc/web.yml")
        let tls = try #require(web.tls)
        #expect(tls.certificate == .file("etc/server.crt"))
        #expect(tls.key == .file("/etc/ssl/server.key"))
        #expect(tls.clientAuthentication == .verified)
        #expect(tls.clientAuthorities == .file("etc/tls/ca.crt"))
        #expect(tls.clientAllowedNames == ["prometheus.example", "192.0.2.1"])
        #expect(tls.versions == TLSNames.Version.tls12...TLSNames.Version.tls13)
        #expect(tls.cipherSuites == [0xC02F])
        #expect(tls.curves == [0x1D, 0x17])
        #expect(!web.offersHTTP2)
        #expect(try Self.parse("http_server_config: { headers: {} }").offersHTTP2, "as in exporter-toolkit")
        #expect(web.headers.count == 5 && web.headers["X-Frame-Options"] == "deny")
        #expect(web.users == ["alice": Self.hash])
        #expect(web.rateLimit == .init(interval: .seconds(1), burst: 20))
    }

    @Test("may hold the certificate and the key itself")
    func inline() throws {
        let web = try Self.parse(
            """
            tls_server_config:
              cert: |
                -----BEGIN CERTIFICATE-----
              key: |
                -----BEGIN PRIVATE KEY-----
            """
        )
        #expect(web.tls?.certificate == .inline("-----BEGIN CERTIFICATE-----\n"))
        #expect(web.tls?.key == .inline("-----BEGIN PRIVATE KEY-----"))
        #expect(web.tls?.clientAuthentication == TLSNames.ClientAuthentication.none)
        #expect(web.tls?.files.isEmpty == true)
    }

    @Test("takes the older name of a client authentication, and a rate limit of nothing for none")
    func oldForms() throws {
        let tls = "tls_server_config: { cert_file: c, key_file: k, client_auth_type: RequireClientCert }"
        #expect(try Self.parse(tls).tls?.clientAuthentication == .required)
        #expect(try Self.parse("rate_limit: { interval: 0s, burst: 5 }").rateLimit == nil)
    }

    @Test(
        "that is wrong is refused, with the place and what to do",
        arguments: [
            (
                "tls_config: {}",
                "1:1: tls_config: unknown key; known are: tls_server_config, http_server_config, basic_auth_users, "
                    + "rate_limit"
            ),
            (
                "tls_server_config: { key_file: k }",
                "1:20: tls_server_config: `cert_file` is missing; add `cert_file: server.crt`"
            ),
            (
                "tls_server_config: { cert_file: c }",
                "1:20: tls_server_config: `key_file` is missing; add `key_file: server.key`"
            ),
            (
                "tls_server_config: { cert: x, cert_file: c, key_file: k }",
                "1:42: tls_server_config.cert_file: written beside `cert`; keep one of the two"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, client_auth_type: VerifyClientCert }",
                "1:67: tls_server_config.client_auth_type: `VerifyClientCert` is not known; did you mean "
                    + "`VerifyClientCertIfGiven`?"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, client_auth_type: RequireAndVerifyClientCert }",
                "1:20: tls_server_config: RequireAndVerifyClientCert needs `client_ca_file`: whose certificates are to "
                    + "be trusted?"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, client_ca_file: ca }",
                "1:65: tls_server_config.client_ca_file: authorities for clients need a client_auth_type, such as "
                    + "RequireAndVerifyClientCert"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, client_allowed_sans: [a] }",
                "1:70: tls_server_config.client_allowed_sans: names of clients are only known with a client_auth_type"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, min_version: TLS10 }",
                "1:62: tls_server_config.min_version: TLS10 is broken and not spoken here; write TLS12 or TLS13"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, min_version: TLS13, max_version: TLS12 }",
                "1:62: tls_server_config.min_version: min_version TLS13 is above max_version TLS12"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA] }",
                "1:65: tls_server_config.cipher_suites[0]: TLS_RSA_WITH_RC4_128_SHA is broken and not spoken here; "
                    + "leave it out"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, cipher_suites: [TLS_AES_128_GCM_SHA255] }",
                "1:65: tls_server_config.cipher_suites[0]: `TLS_AES_128_GCM_SHA255` is no cipher suite; did you mean "
                    + "`TLS_AES_128_GCM_SHA256`?"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, curve_preferences: [P256] }",
                "1:69: tls_server_config.curve_preferences[0]: `P256` is no curve; known are: CurveP256, CurveP384, "
                    + "CurveP521, X25519, X25519MLKEM768"
            ),
            (
                "tls_server_config: { cert_file: c, key_file: k, prefer_server_cipher_suites: maybe }",
                "1:78: tls_server_config.prefer_server_cipher_suites: `maybe` is neither true nor false"
            ),
            (
                "http_server_config: { http2: 1.1 }",
                "1:30: http_server_config.http2: `1.1` is neither true nor false"
            ),
            (
                "http_server_config: { headers: { Server: x } }",
                "1:34: http_server_config.headers.Server: unknown key; known are: Content-Security-Policy, "
                    + "Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection"
            ),
            (
                "http_server_config: { headers: { X-Frame-Options: allow } }",
                "1:51: http_server_config.headers.X-Frame-Options: `allow` is not allowed; write deny or sameorigin"
            ),
            (
                "http_server_config: { headers: { X-XSS-Protection: \"0\\r\\nX: y\" } }",
                "1:52: http_server_config.headers.X-XSS-Protection: holds a character that no header may have; write it "
                    + "in one line of plain ASCII"
            ),
            (
                "basic_auth_users: { alice: secret }",
                "1:28: basic_auth_users.alice: this is no bcrypt hash; make one with `htpasswd -nBC 10 \"\" | tr -d ':\\n'`"
            ),
            (
                "basic_auth_users: { \"al:ice\": x }",
                "1:31: basic_auth_users.al:ice: a user's name must not be empty and must not hold a colon: no client "
                    + "could send it"
            ),
            (
                "basic_auth_users: [alice]",
                "1:19: basic_auth_users: must be a mapping of user: bcrypt hash, but is a list"
            ),
            ("rate_limit: { interval: 1s }", "1:13: rate_limit: `burst` is missing; add `burst: 20`"),
            (
                "rate_limit: { interval: 1, burst: 1 }",
                "1:25: rate_limit.interval: 1 has no unit; write 1s for seconds or 1ms for milliseconds"
            ),
        ]
    )
    func wrong(text: String, message: String) throws {
        #expect {
            _ = try Self.parse(text)
        } throws: { error in
            "\(error)" == "web.yml:\(message)"
        }
    }
}

@Suite("A bcrypt hash")
struct BcryptHashTests {
    @Test("is of its password and of no other")
    func matches() throws {
        let hash = try #require(Self.example)
        #expect(BcryptHash.matches(hash, password: "carol123"))
        for wrong in ["", "carol12", "carol1234", "Carol123", "carol123\0", "carol123\0x"] {
            #expect(!BcryptHash.matches(hash, password: wrong), "\(wrong)")
        }
        #expect(!BcryptHash.matches(BcryptHash.decoy, password: "carol123"))
    }

    /// One that exporter-toolkit's documentation uses.
    private static let example: String? = "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu"

    @Test(
        "is told from what cannot be checked",
        arguments: [
            ("$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", nil),
            ("$2y$31$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "its cost of 31 is not between 4 and 18"),
            ("$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTu", "this is no bcrypt hash"),
            ("$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTu:", "this is no bcrypt hash"),
            ("$2x$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu", "this is no bcrypt hash"),
            ("$6$salt$hash", "this is no bcrypt hash"), ("", "this is no bcrypt hash"),
        ] as [(String, String?)]
    )
    func problem(text: String, problem: String?) {
        #expect(BcryptHash.problem(with: text) == problem)
    }
}

@Suite("Names and passwords")
struct AuthenticatorTests {
    private static let users = ["carol": "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu"]

    @Test(
        "let in who has them, and nobody else",
        arguments: [
            ("Basic Y2Fyb2w6Y2Fyb2wxMjM=", true), ("basic  Y2Fyb2w6Y2Fyb2wxMjM=", true),
            ("Basic Y2Fyb2w6Y2Fyb2wxMjQ=", false), ("Basic ZGF2ZTpjYXJvbDEyMw==", false), ("Basic Y2Fyb2w=", false),
            ("Basic !", false), ("Basic", false), ("Bearer Y2Fyb2w6Y2Fyb2wxMjM=", false), ("", false), (nil, false),
        ] as [(String?, Bool)]
    )
    func allowed(header: String?, isAllowed: Bool) async {
        let authenticator = Authenticator()
        // The second time from what is remembered.
        for _ in 0..<2 { #expect(await authenticator.isAllowed(header, users: Self.users) == isAllowed) }
    }

    @Test("that were right are wrong when the hash is another, and nobody is asked where there are none")
    func changed() async {
        let authenticator = Authenticator()
        let header = "Basic Y2Fyb2w6Y2Fyb2wxMjM="
        #expect(await authenticator.isAllowed(header, users: Self.users))
        #expect(await !authenticator.isAllowed(header, users: ["carol": BcryptHash.decoy]))
        #expect(await !authenticator.isAllowed(header, users: ["dave": BcryptHash.decoy]))
        #expect(await authenticator.isAllowed(nil, users: [:]))
    }

    @Test("are split at the first colon")
    func credentials() throws {
        let split = try #require(Authenticator.credentials("Basic YTpiOmM="))
        #expect(split.user == "a" && split.password == "b:c")
    }
}

@Suite("A rate limit")
struct TokenBucketTests {
    @Test("lets a burst through, and one more after each interval")
    func limit() {
        func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds * 1e9)) }
        let bucket = TokenBucket(.init(interval: .milliseconds(500), burst: 2), at: at(0))
        #expect([0, 0, 0, 0.4].map { bucket.take(at: at($0)) } == [true, true, false, false])
        #expect(
            [0.51, 0.52, 1.01, 100, 100, 100].map { bucket.take(at: at($0)) } == [true, false, true, true, true, false]
        )
    }
}
