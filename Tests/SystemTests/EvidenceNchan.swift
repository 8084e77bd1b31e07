import Glibc
import NetworkLab

/// An nginx that serves streams itself, with nchan: `GET /events` subscribes. It ends with the last reference.
struct EvidenceNchan {
    let process: LabProcess
    private let files: [LabFile]

    /// As Debian installs it, or as scripts/install-dependencies unpacks it.
    private static let module: String? = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return ["/usr", "/\(root)/.build/test-tools/usr"].map { "\($0)/lib/nginx/modules/ngx_nchan_module.so" }
            .first { access($0, R_OK) == 0 }
    }()

    /// Why none can be run here, or nil if it can.
    static let unavailable: String? = EvidenceProxy.unavailable ?? (module == nil ? "there is no nchan" : nil)

    init(port: UInt16, in namespace: LabNamespace) async throws {
        let identifier = try LabFile()
        let configuration = try LabFile(
            """
            load_module \(Self.module ?? "");
            daemon off;
            master_process off;
            pid \(identifier.path);
            error_log stderr;
            events { worker_connections 1024; }
            http {
                access_log off;
                server {
                    listen 127.0.0.1:\(port);
                    location = /events {
                        nchan_subscriber eventsource;
                        nchan_channel_id orders;
                    }
                }
            }

            """
        )
        files = [identifier, configuration]
        let process = try LabProcess("nginx", ["-c", configuration.path], in: namespace)
        self.process = process
        try await eventually("nginx listens") {
            if let ending = try process.checkEnded() { throw LabError("nginx: \(ending) \(process.standardError)") }
            return try SsOutput(of: namespace).states(ofPort: port)["LISTEN"] == 1
        }
    }
}
