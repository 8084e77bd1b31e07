import NetworkLab

/// A server of openssl's own that offers numbers over TLS, on a free port of 127.0.0.1.
struct TLSServer {
    let process: LabProcess
    let port: String

    /// - Parameter certificate: the name of one that the lab has made.
    init(_ lab: CertificateLab, certificate: String) async throws {
        try lab.write(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nactive_connections 7\n",
            to: "metrics"
        )
        let pair = "-cert \(certificate).crt -key \(certificate).key"
        process = try LabProcess(
            "sh",
            ["-c", "cd \(lab.folder) && exec openssl s_server -accept 127.0.0.1:0 \(pair) -HTTP"]
        )
        let line = try await process.waitForLine(containing: "ACCEPT 127.0.0.1:", within: .seconds(20))
        port = String(line.drop { $0 != ":" }.dropFirst())
    }
}
