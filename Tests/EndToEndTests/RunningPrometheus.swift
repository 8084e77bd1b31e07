import FoundationEssentials
import NetworkLab
import Testing

/// A real Prometheus that scrapes agents every second.
struct RunningPrometheus: Sendable {
    private let process: LabProcess
    private let web: WebAddress
    private let folder: ScratchFolder

    /// One that evaluates the hastened rules, too.
    static func start(scraping agents: Agents, notifying alertmanager: WebAddress) async throws -> RunningPrometheus {
        let folder = try ScratchFolder()
        let rules = try folder.write(try HastenedRules.text(), to: "hastened.rules.yml")
        return try await start(
            scraping: agents.all,
            in: agents.namespace,
            folder,
            more: """
                rule_files: [\(rules)]
                alerting:
                  alertmanagers:
                    - static_configs: [{ targets: ["\(alertmanager.endpoint)"] }]

                """
        )
    }

    static func start(scraping agents: [RunningAgent], in namespace: LabNamespace) async throws -> RunningPrometheus {
        try await start(scraping: agents, in: namespace, try ScratchFolder(), more: "")
    }

    private static func start(
        scraping agents: [RunningAgent],
        in namespace: LabNamespace,
        _ folder: ScratchFolder,
        more: String
    ) async throws -> RunningPrometheus {
        let configuration = """
            global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
            \(more)
            scrape_configs:
              - job_name: sse-sockwatch
                static_configs: [{ targets: [\(agents.map { "\"\($0.instance)\"" }.joined(separator: ", "))] }]

            """
        let process = try LabProcess(
            "prometheus",
            [
                "--config.file=\(try folder.write(configuration, to: "prometheus.yml"))",
                "--storage.tsdb.path=\(folder.path)/data", "--web.listen-address=127.0.0.1:0",
                "--rules.alert.resend-delay=1s",
            ],
            in: namespace
        )
        let web = try await process.whereItListens(in: namespace)
        let prometheus = RunningPrometheus(process: process, web: web, folder: folder)
        // The first scrape comes some seconds after the start.
        try await eventually("Prometheus has scraped its agents", within: .seconds(60), every: .milliseconds(200)) {
            try prometheus.query("up == 1").count
        } until: {
            $0 == agents.count
        }
        return prometheus
    }

    /// What an instant query gives now.
    func query(_ expression: String) throws -> [QueryResult.Series] {
        try ask(QueryResult.self, try web.post("/api/v1/query", form: [("query", expression)])).result
    }

    func rules() throws -> [RuleGroups.Rule] {
        try ask(RuleGroups.self, try web.get("/api/v1/rules")).groups.flatMap(\.rules)
    }

    /// What the scrapes said about metrics, of all targets.
    func metadata() throws -> [TargetMetadata] {
        try ask([TargetMetadata].self, try web.get("/api/v1/targets/metadata"))
    }

    private func ask<Content: Decodable>(_: Content.Type, _ answer: WebAnswer) throws -> Content {
        let decoded = try JSONDecoder().decode(PrometheusAnswer<Content>.self, from: Data(answer.body))
        guard let data = decoded.data, decoded.status == "success" else {
            throw LabError("Prometheus: \(decoded.error ?? answer.text)")
        }
        return data
    }
}

/// A real Alertmanager that passes every change of every alert on to a webhook at once.
struct RunningAlertmanager: Sendable {
    let web: WebAddress
    let notifications: Notifications
    private let process: LabProcess
    private let folder: ScratchFolder

    static func start(in namespace: LabNamespace) async throws -> RunningAlertmanager {
        let notifications = try await Notifications.start(in: namespace)
        let folder = try ScratchFolder()
        let configuration = """
            route: { receiver: webhook, group_by: ["..."], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
            receivers:
              - name: webhook
                webhook_configs: [{ url: "\(notifications.url)", send_resolved: true }]

            """
        let process = try LabProcess(
            "prometheus-alertmanager",
            [
                "--config.file=\(try folder.write(configuration, to: "alertmanager.yml"))",
                "--storage.path=\(folder.path)/data", "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=",
            ],
            in: namespace
        )
        let web = try await process.whereItListens(in: namespace)
        return RunningAlertmanager(web: web, notifications: notifications, process: process, folder: folder)
    }
}

extension LabProcess {
    /// The address that Prometheus and Alertmanager log when they listen.
    fileprivate func whereItListens(in namespace: LabNamespace) async throws -> WebAddress {
        let line = try await waitForLine(containing: "\"Listening on\"", in: .errors, within: .seconds(30))
        guard let match = line.firstMatch(of: /address=(\S+)/) else { throw LabError("no address in: \(line)") }
        return try WebAddress("http://\(match.1)", in: namespace)
    }
}
