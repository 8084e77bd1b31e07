import Companion
import NetworkLab
import Testing

@testable import sse_sockwatch

@Suite("The certificate of a companion", .timeLimit(.minutes(2)))
struct CompanionCertificateTests {
    /// Asks a server as an agent would whose configuration, beside the lab's files, names the authority.
    private static func ask(
        _ server: TLSServer,
        by host: String = "127.0.0.1",
        trusting authority: String?,
        _ lab: CertificateLab
    ) async throws -> Result<CompanionReading, CompanionFailure> {
        let file = authority.map { ", ca_file: \($0)" } ?? ""
        let url = "https://\(host):\(server.port)/metrics"
        try lab.write("watch: [{ ports: 1, companion: { url: \"\(url)\", timeout: 30s\(file) } }]", to: "config.yml")
        let configuration = try AgentConfiguration.load(file: lab.path("config.yml"))
        let companions = Companions(targets: try configuration.companionSettings().targets)
        let outcomes = await companions.readAll()
        await companions.shutdown()
        return try #require(outcomes["1"]).result
    }

    private static func complaint(_ result: Result<CompanionReading, CompanionFailure>) -> String? {
        guard case .failure(let failure) = result else { return nil }
        return failure.code == .tls ? failure.message : "not of TLS: \(failure)"
    }

    @Test("that an authority in ca_file signed is trusted, and no other authority's is")
    func trusted() async throws {
        let lab = try CertificateLab()
        try await lab.make("authority", names: "")
        try await lab.make("stranger", names: "")
        try await lab.make("server", names: "IP:127.0.0.1", signedBy: "authority")
        let server = try await TLSServer(lab, certificate: "server")
        let reading = try await Self.ask(server, trusting: "authority.crt", lab).get()
        #expect(reading.activeConnections == 7)

        let other = try await Self.ask(server, trusting: "stranger.crt", lab)
        #expect(
            Self.complaint(other) == """
                https://127.0.0.1:\(server.port)/metrics: TLS failed: the server's certificate is of no authority in \
                `ca_file`; name there the one that signed it
                """
        )
        let system = try await Self.ask(server, trusting: nil, lab)
        #expect(
            Self.complaint(system) == """
                https://127.0.0.1:\(server.port)/metrics: TLS failed: the server's certificate is of no authority that \
                this system trusts; name its own in `ca_file`
                """
        )
    }

    @Test("that has expired is said to have, whoever signed it", arguments: ["authority.crt", nil])
    func expired(trusting authority: String?) async throws {
        let lab = try CertificateLab()
        try await lab.make("authority", names: "")
        try await lab.makeExpired("server", names: "IP:127.0.0.1", signedBy: "authority")
        let server = try await TLSServer(lab, certificate: "server")
        let complaint = try #require(Self.complaint(try await Self.ask(server, trusting: authority, lab)))
        let date = /TLS failed: the server's certificate expired on 20\d\d-[01]\d-[0-3]\d; renew it$/
        #expect(try date.firstMatch(in: complaint) != nil, "\(complaint)")
    }

    @Test("is not trusted for an authority that has expired, and that is said")
    func expiredAuthority() async throws {
        let lab = try CertificateLab()
        try await lab.makeExpired("authority", names: "")
        try await lab.make("server", names: "IP:127.0.0.1", signedBy: "authority")
        let server = try await TLSServer(lab, certificate: "server")
        let complaint = try #require(Self.complaint(try await Self.ask(server, trusting: "authority.crt", lab)))
        #expect(complaint.contains("TLS failed: the authority in `ca_file` expired on 20"), "\(complaint)")
    }

    @Test(
        "that is for another name is said to be, by name and by address",
        arguments: ["127.0.0.1", "localhost"]
    )
    func otherName(host: String) async throws {
        let lab = try CertificateLab()
        try await lab.make("authority", names: "")
        try await lab.make("server", names: "DNS:orders.example", signedBy: "authority")
        let server = try await TLSServer(lab, certificate: "server")
        #expect(
            Self.complaint(try await Self.ask(server, by: host, trusting: "authority.crt", lab)) == """
                https://\(host):\(server.port)/metrics: TLS failed: the server's certificate is not for \(host); ask it \
                by a name that it is for
                """
        )
    }

    @Test("is judged by the command companion as well")
    func command() async throws {
        let lab = try CertificateLab()
        try await lab.make("authority", names: "")
        try await lab.make("server", names: "IP:127.0.0.1", signedBy: "authority")
        let server = try await TLSServer(lab, certificate: "server")
        let words = ["companion", "--timeout", "30s", "--url", "https://127.0.0.1:\(server.port)/metrics"]
        let good = try await Program.run(words + ["--ca-file", lab.path("authority.crt")])
        #expect(good.status == 0 && good.output.contains("active_connections   7 "), "\(good)")
        let bad = try await Program.run(words)
        #expect(bad.status == 1 && bad.errors.contains("name its own in `ca_file`"), "\(bad)")
        let none = try await Program.run(words + ["--ca-file", lab.path("missing.crt")])
        #expect(none.status == 2)
        #expect(none.errors == "sse-sockwatch: \(lab.path("missing.crt")): no such file; check the path\n")
    }

    @Test("needs a file that is there and holds certificates, beside the configuration, for an https address")
    func file() throws {
        let lab = try CertificateLab()
        try lab.write("no certificate", to: "empty.pem")
        func complaint(_ companion: String) throws -> String? {
            try lab.write("watch:\n  - ports: 1\n    companion:\n\(companion)", to: "config.yml")
            do throws(ConfigurationError) {
                _ = try AgentConfiguration.load(file: lab.path("config.yml"))
                return nil
            } catch {
                return error.description
            }
        }
        let place = "\(lab.path("config.yml")):5:16: watch[0].companion.ca_file"
        #expect(
            try complaint("      url: https://h/\n      ca_file: missing.pem\n")
                == "\(place): `missing.pem`: no such file; check the path"
        )
        #expect(
            try complaint("      url: https://h/\n      ca_file: empty.pem\n")
                == "\(place): `empty.pem`: holds no certificate; it must be PEM (-----BEGIN CERTIFICATE-----)"
        )
        #expect(
            try complaint("      url: https://h/\n      ca_file: /dev/zero\n")
                == "\(place): `/dev/zero`: is larger than 1048576 bytes; is it the right file?"
        )
    }

    @Test("is another target's when ca_file holds other certificates")
    func reload() async throws {
        let lab = try CertificateLab()
        try await lab.make("one", names: "")
        try await lab.make("two", names: "")
        try lab.write("watch: [{ ports: 1, companion: { url: \"https://h/\", ca_file: one.crt } }]", to: "config.yml")
        func targets() throws -> [CompanionTarget] {
            try AgentConfiguration.load(file: lab.path("config.yml")).companionSettings().targets
        }
        let before = try targets()
        #expect(try targets() == before)
        try lab.rename("two.crt", to: "one.crt")
        #expect(try targets() != before)
    }
}
