import FoundationEssentials

/// A Grafana dashboard, as far as the tests look at it.
struct Dashboard: Decodable {
    let uid: String?
    let editable: Bool
    let schemaVersion: Int
    let panels: [Panel]
    let templating: Templating

    struct Panel: Decodable {
        let title: String
        let type: String
        let description: String?
        let targets: [Target]?
        /// Those of a row that is folded.
        let panels: [Panel]?
        let fieldConfig: FieldConfiguration?
    }

    struct Target: Decodable {
        let refId: String
        let expr: String
    }

    struct FieldConfiguration: Decodable {
        let defaults: Defaults

        struct Defaults: Decodable {
            let unit: String?
        }
    }

    struct Templating: Decodable {
        let list: [Variable]
    }

    struct Variable: Decodable {
        let name: String
        let definition: String?
        let allValue: String?
        let multi: Bool?
        let refresh: Int?
    }

    static func load() throws -> Dashboard {
        let text = try Repository.text(of: "dashboards/sse-sockwatch.json")
        return try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
    }

    /// The panels that show something, those of folded rows among them.
    var shownPanels: [Panel] {
        panels.flatMap { [$0] + ($0.panels ?? []) }.filter { $0.type != "row" }
    }

    /// The queries of all panels, and those by which the variables get their values.
    var queries: [String] {
        shownPanels.flatMap { ($0.targets ?? []).map(\.expr) } + templating.list.compactMap(\.definition)
    }

    /// A query as Grafana sends it when every variable stands on "All".
    static func substituted(_ query: String) -> String {
        var query = query.replacing("$__rate_interval", with: "15s")
        for variable in ["$job", "$instance", "$port"] { query.replace("\"\(variable)\"", with: "\".+\"") }
        return query
    }
}
