import NetworkLab

/// An nginx, installed or as scripts/install-dependencies unpacks it. It ends with the last reference.
struct EvidenceNginx {
    /// Why none can be run here, or nil if it can.
    static let unavailable: String? = {
        do {
            try LabNamespace().run("nginx", "-v")
            return nil
        } catch {
            return "\(error)"
        }
    }()

    let port: UInt16
    let process: LabProcess
    private let folder: LabFolder

    /// - Parameters:
    ///   - port: nil for any that is free.
    ///   - location: the block of the one location that it serves.
    ///   - modules: what it loads, by path.
    init(port: UInt16? = nil, location: String, modules: [String] = [], in namespace: LabNamespace) async throws {
        let port = try port ?? namespace.freePort()
        let folder = try LabFolder()
        try folder.write(
            """
            \(modules.map { "load_module \($0);" }.joined(separator: "\n"))
            daemon off;
            master_process off;
            pid \(folder.path)/pid;
            error_log stderr;
            events { worker_connections 1024; }
            http {
                access_log off;
                server {
                    listen 127.0.0.1:\(port);
                    \(location)
                }
            }

            """,
            to: "nginx.conf"
        )
        (self.port, self.folder) = (port, folder)
        // It wants a folder for bodies at one place, and takes it over from an nginx that runs there already: so it has a
        // place of its own.
        let start = "mount -t tmpfs none /var/lib && mkdir /var/lib/nginx && exec nginx -c \(folder.path)/nginx.conf"
        let process = try LabProcess("unshare", ["--mount", "sh", "-c", start], in: namespace)
        self.process = process
        try await eventually("nginx listens") {
            if let ending = try process.checkEnded() { throw LabError("nginx: \(ending) \(process.standardError)") }
            return try SsOutput(of: namespace).states(ofPort: port)["LISTEN"] == 1
        }
    }

    /// In front of a server in the same namespace.
    static func proxy(to server: UInt16, readTimeout: String, in namespace: LabNamespace) async throws -> EvidenceNginx
    {
        try await EvidenceNginx(
            location: """
                location / {
                    proxy_pass http://127.0.0.1:\(server);
                    proxy_http_version 1.1;
                    proxy_buffering off;
                    proxy_read_timeout \(readTimeout);
                }
                """,
            in: namespace
        )
    }
}

extension LabNamespace {
    /// For servers that cannot be told to choose a port: it was free a moment ago, and nobody else is in the namespace.
    fileprivate func freePort() throws -> UInt16 {
        let listener = try listen()
        defer { listener.close() }
        return try listener.local.port
    }
}
