import FoundationEssentials
import NetworkLab

/// One alert of a notification, as Alertmanager sends it to webhooks.
struct Notification: Decodable, Sendable {
    /// `firing` or `resolved`.
    let status: String
    let labels: [String: String]
    let annotations: [String: String]

    var name: String { labels["alertname"] ?? "" }
}

/// A webhook that keeps what it receives.
struct Notifications: Sendable {
    let url: String
    private let process: LabProcess

    static func start(in namespace: LabNamespace) async throws -> Notifications {
        let program = Repository.path(of: "Tests/NetworkLab/Servers/webhook.py")
        let process = try LabProcess("python3", [program], in: namespace)
        let line = try await process.waitForLine(containing: "listening ", within: .seconds(30))
        guard let port = line.split(separator: " ").last else { throw LabError("no port in: \(line)") }
        return Notifications(url: "http://127.0.0.1:\(port)/", process: process)
    }

    /// Everything received up to now, the oldest first.
    var received: [Notification] {
        get throws {
            try process.standardOutput.split(separator: "\n").filter { $0.hasPrefix("{") }
                .map { try JSONDecoder().decode(Notification.self, from: Data($0.utf8)) }
        }
    }

    /// The newest about an alert.
    func newest(about alert: String) throws -> Notification? {
        try received.last { $0.name == alert }
    }
}
