import NetworkLab

/// An nginx in front of a server in the same namespace. It ends with the last reference.
struct EvidenceProxy {
    let port: UInt16
    private let process: LabProcess
    private let files: [LabFile]

    /// Why none can be run here, or nil if it can.
    static let unavailable: String? = {
        do {
            try LabNamespace().run("nginx", "-v")
            return nil
        } catch {
            return "\(error)"
        }
    }()

    init(to server: UInt16, readTimeout: String, in namespace: LabNamespace) async throws {
        // nginx cannot be told to choose a port; this one was free a moment ago, and nobody else is in the namespace.
        let free = try namespace.listen()
        let port = try free.local.port
        free.close()
        let identifier = try LabFile()
        let configuration = try LabFile(
            """
            daemon off;
            master_process off;
            pid \(identifier.path);
            error_log stderr;
            events {}
            http {
                access_log off;
                server {
                    listen 127.0.0.1:\(port);
                    location / {
                        proxy_pass http://127.0.0.1:\(server);
                        proxy_http_version 1.1;
                        proxy_buffering off;
                        proxy_read_timeout \(readTimeout);
                    }
                }
            }

            """
        )
        files = [identifier, configuration]
        self.port = port
        let process = try LabProcess("nginx", ["-c", configuration.path], in: namespace)
        self.process = process
        try await eventually("nginx listens") {
            if let ending = try process.checkEnded() { throw LabError("nginx: \(ending) \(process.standardError)") }
            return try SsOutput(of: namespace).states(ofPort: port)["LISTEN"] == 1
        }
    }
}
