import Glibc
import NetworkLab

extension EvidenceNginx {
    /// As Debian installs it, or as scripts/install-dependencies unpacks it.
    private static let nchanModule: String? = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return ["/usr", "/\(root)/.build/test-tools/usr"].map { "\($0)/lib/nginx/modules/ngx_nchan_module.so" }
            .first { access($0, R_OK) == 0 }
    }()

    /// Why none with nchan can be run here, or nil if it can.
    static let nchanUnavailable: String? = unavailable ?? (nchanModule == nil ? "there is no nchan" : nil)

    /// One that serves streams itself, with nchan: `GET /events` subscribes.
    static func nchan(port: UInt16, in namespace: LabNamespace) async throws -> EvidenceNginx {
        try await EvidenceNginx(
            port: port,
            location: """
                location = /events {
                    nchan_subscriber eventsource;
                    nchan_channel_id orders;
                }
                """,
            modules: nchanModule.map { [$0] } ?? [],
            in: namespace
        )
    }
}
