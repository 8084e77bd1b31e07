import NetworkLab
import Testing

extension EndToEnd.Monitored {
    @Suite("Dashboard queries")
    struct DashboardTests {
        private let prometheus: RunningPrometheus

        init() throws {
            prometheus = try MonitoringTrait.monitoring.prometheus
        }

        @Test("every query of every panel finds series")
        func panels() async throws {
            let panels = try Dashboard.load().shownPanels
            var queries = 0
            for panel in panels {
                for target in panel.targets ?? [] {
                    let query = Dashboard.substituted(target.expr)
                    #expect(!query.contains("$"), "an unknown variable in \(query)")
                    await expectSeries(query, "\(panel.title), query \(target.refId)")
                    queries += 1
                }
            }
            print("\(queries) queries of \(panels.count) panels find series")
        }

        @Test("both forms of each companion number are stored")
        func forms() async {
            for metric in [
                "companion_reconnections_total", "companion_reconnection_rate", "companion_heartbeats_expected_total",
                "companion_heartbeats_missed_total", "companion_heartbeat_miss_ratio",
            ] {
                await expectSeries("sse_sockwatch_\(metric)", metric)
            }
        }

        @Test("every variable has values")
        func variables() async throws {
            var asked = 0
            for variable in try Dashboard.load().templating.list {
                guard let definition = variable.definition else { continue }
                let match = try #require(definition.wholeMatch(of: /label_values\((.+), (\w+)\)/), "\(definition)")
                await expectSeries("count by (\(match.2)) (\(Dashboard.substituted(String(match.1))))", variable.name)
                asked += 1
            }
            #expect(asked == 3)
        }

        /// Rates need some scrapes before they have a value.
        private func expectSeries(_ query: String, _ what: String) async {
            do {
                try await eventually(what, within: .seconds(20), every: .milliseconds(100)) {
                    try !prometheus.query(query).isEmpty
                }
            } catch {
                Issue.record("\(what): \(query): \(error)")
            }
        }
    }
}

@Suite("The dashboard")
struct DashboardFormTests {
    @Test("has a fixed uid, is not editable, and every panel says what it shows in which unit")
    func form() throws {
        let dashboard = try Dashboard.load()
        #expect(dashboard.uid == "sse-sockwatch")
        #expect(!dashboard.editable)
        #expect((39...41).contains(dashboard.schemaVersion))
        for panel in dashboard.shownPanels {
            #expect(!panel.title.isEmpty)
            #expect(panel.description?.isEmpty == false, "\(panel.title)")
            #expect(panel.fieldConfig?.defaults.unit?.isEmpty == false, "\(panel.title)")
            #expect(panel.targets?.isEmpty == false, "\(panel.title)")
        }
    }

    @Test("its variables take several values, and all of them")
    func variables() throws {
        let variables = try Dashboard.load().templating.list
        #expect(variables.map(\.name) == ["datasource", "job", "instance", "port"])
        for variable in variables.dropFirst() {
            #expect(variable.allValue == ".+")
            #expect(variable.multi == true)
            #expect(variable.refresh == 2)
        }
    }

    @Test("every selector selects job and instance, and counters stand under rate or increase")
    func selectors() throws {
        let selector = /(\w+\()?\b(sse_sockwatch_\w+|process_\w+)(\{[^}]*\})?(\[\$__rate_interval\])?/
        for query in try Dashboard.load().shownPanels.flatMap({ $0.targets ?? [] }).map(\.expr) {
            let selectors = query.matches(of: selector)
            #expect(!selectors.isEmpty, "\(query)")
            for found in selectors {
                #expect(found.3?.hasPrefix(#"{job=~"$job", instance=~"$instance""#) == true, "\(found.2) in \(query)")
                let isCounter = found.2.contains(/_(total|bucket|sum|count)$/)
                let isRated = found.1 == "rate(" || found.1 == "increase("
                #expect(isCounter == isRated, "\(found.2) in \(query)")
                #expect(isRated == (found.4 != nil), "\(found.2) in \(query)")
            }
        }
    }
}
