import Glibc
import NetworkLab

/// Certificates of an authority of the test's own, made by openssl, in a folder that goes with the last reference.
final class CertificateLab: Sendable {
    let folder: String

    init() throws {
        var template = Array("/tmp/sockwatch-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "mkdtemp: \(errno)") }
        folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in (try? Self.names(in: folder)) ?? [] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Makes `NAME.crt` and `NAME.key`. Signed by itself unless an authority is named.
    ///
    /// - Parameter names: alternative names as openssl has them: `IP:127.0.0.1,DNS:localhost`.
    func make(_ name: String, names: String, signedBy authority: String? = nil) async throws {
        var words = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-days", "1", "-keyout", path("\(name).key"), "-out", path("\(name).crt"),
        ]
        if !names.isEmpty { words += ["-addext", "subjectAltName=\(names)"] }
        if let authority { words += ["-CA", path("\(authority).crt"), "-CAkey", path("\(authority).key")] }
        try await openssl(words)
    }

    /// The same, but its time is over.
    func makeExpired(_ name: String, names: String, signedBy authority: String? = nil) async throws {
        var extensions = authority == nil ? ["basicConstraints=critical,CA:TRUE"] : []
        if !names.isEmpty { extensions.append("subjectAltName=\(names)") }
        try write(extensions.joined(separator: "\n"), to: "\(name).ext")
        try await openssl(
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
                "-keyout", path("\(name).key"), "-out", path("\(name).req"),
            ]
        )
        var words = ["x509", "-req", "-in", path("\(name).req"), "-extfile", path("\(name).ext")]
        if let authority {
            words += ["-CA", path("\(authority).crt"), "-CAkey", path("\(authority).key"), "-set_serial", "1"]
        } else {
            words += ["-signkey", path("\(name).key")]
        }
        words += ["-out", path("\(name).crt")]
        do {
            try await openssl(words + ["-not_before", "20050101000000Z", "-not_after", "20050102000000Z"])
        } catch {
            // Before OpenSSL 3.4 only a number of days can be given, and zero ends at once.
            try await openssl(words + ["-days", "0"])
        }
    }

    private func openssl(_ words: [String]) async throws {
        let openssl = try LabProcess("openssl", words)
        guard try await openssl.waitForEnd(within: .seconds(20)) == .exited(0) else {
            throw Failure(description: openssl.standardError)
        }
    }

    func write(_ text: String, to name: String) throws {
        guard let file = fopen(path(name), "w") else { throw Failure(description: "\(name): \(errno)") }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw Failure(description: "\(name): \(errno)") }
    }

    func rename(_ name: String, to other: String) throws {
        guard Glibc.rename(path(name), path(other)) == 0 else { throw Failure(description: "\(name): \(errno)") }
    }

    private static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
            )
        }
        return names.filter { $0 != "." && $0 != ".." }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
