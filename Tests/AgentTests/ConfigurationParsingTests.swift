import Companion
import HostSystem
import SockDiag
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("A configuration that is right")
struct ConfigurationParsingTests {
    @Test(
        "an empty one has the defaults and watches every listening port",
        arguments: ["", "\n", "# nothing yet\n", "---\n", "~", "{}", "sampling:\nwatch:\n", "watch: []", "\u{FEFF}"]
    )
    func empty(text: String) throws {
        let configuration = try ConfigurationExample.parse(text)
        #expect(configuration == AgentConfiguration())
        #expect(configuration.watches.isEmpty)
        #expect(configuration.sampling.interval == .seconds(5))
        #expect(configuration.sampling.cpuBudgetPercent == 2)
        #expect(
            configuration.evidence
                == .init(sampleAbove: 200_000, trackedSocketsLimit: 1_000_000, eventBufferBytes: 4_194_304)
        )
        #expect(configuration.defaults.heartbeatInterval == nil)
        #expect(configuration.defaults.closeWaitStuckAfter == .seconds(60))
        #expect(configuration.defaults.closeWaitWindow == .seconds(120))
    }

    @Test("every key is read, and a watch takes from the defaults what it does not say")
    func full() throws {
        let configuration = try ConfigurationExample.parse(ConfigurationExample.full)
        #expect(configuration.sampling == .init(interval: .seconds(5), cpuBudgetPercent: 2))
        #expect(
            configuration.evidence == .init(sampleAbove: 50_000, trackedSocketsLimit: 400_000, eventBufferBytes: 65_536)
        )
        #expect(configuration.samplerSettings.eventBufferBytes == 65_536)
        let settings = configuration.samplerSettings.evidence
        #expect(settings.sampleAbove == 50_000 && settings.trackedSocketsLimit == 400_000)
        try #require(configuration.watches.count == 3)

        let orders = configuration.watches[0]
        #expect(orders.name == "orders")
        #expect(orders.ports.ranges == [8080...8080, 9000...9003])
        #expect(orders.side == .server)
        #expect(
            orders.settings
                == WatchSettings(
                    heartbeatInterval: .seconds(15),
                    closeWaitStuckAfter: .seconds(60),
                    closeWaitWindow: .seconds(120)
                )
        )
        #expect(
            orders.companion
                == CompanionConfiguration(
                    url: "http://127.0.0.1:8080/metrics",
                    preset: .generic,
                    format: nil,
                    timeout: .seconds(2),
                    metrics: [
                        .activeConnections: .init(
                            name: .equal("sse_active_connections"),
                            labels: [.init(name: "stream", value: .equal("orders"))]
                        ),
                        .heartbeatMissRate: .init(name: .equal("hb_miss"), kind: .percent),
                    ]
                )
        )

        let prices = configuration.watches[1]
        #expect(prices.ports.ranges == [8081...8081, 8083...8085])
        #expect(prices.settings.heartbeatInterval == nil)
        #expect(prices.settings.closeWaitWindow == .seconds(5400))
        #expect(prices.companion?.url == "https://[::1]:8443/stats?format=json")
        #expect(
            prices.companion?.authorityFile
                == AuthorityFile(name: "authorities/shop.pem", pem: Array("authorities/shop.pem".utf8))
        )
        #expect(prices.companion?.format == .json)
        #expect(
            prices.companion?.metrics[.reconnectionRate]
                == CompanionRule(
                    name: .equal(#"a "quoted" \ name, ünïcode"#),
                    labels: [
                        .init(name: "node", value: try .expression(#"node-\d+"#)),
                        .init(name: "transport", value: try .expression("sse|uni_sse")),
                    ],
                    aggregate: .max,
                    kind: .counter
                )
        )

        let upstream = configuration.watches[2]
        #expect(upstream.name == nil)
        #expect(upstream.ports.ranges == [8443...8443])
        #expect(upstream.side == .client)
        #expect(upstream.settings.closeWaitStuckAfter == .milliseconds(250))
        #expect(upstream.companion == nil)
    }

    @Test("the effective configuration reads as an equal one, and prints the same again")
    func roundTrip() throws {
        for text in ["", ConfigurationExample.full] {
            let configuration = try ConfigurationExample.parse(text)
            let printed = configuration.effectiveYAML
            let again = try ConfigurationExample.parse(printed)
            #expect(again == configuration)
            #expect(again.effectiveYAML == printed)
        }
    }

    @Test("the effective configuration names every default")
    func effective() throws {
        let configuration = try ConfigurationExample.parse(
            """
            sampling: { cpu_budget: 0.5% }
            watch: [{ ports: [8081, 8080, 9000], companion: { url: "http://h/m", metrics: { heartbeats_missed:
              { name: m, labels: { b: x, a: ~y } } } } }]
            """
        )
        #expect(
            configuration.effectiveYAML == """
                sampling:
                  interval: 5s
                  cpu_budget: 0.5%
                evidence:
                  sample_above: 200000
                  tracked_sockets_limit: 1000000
                  event_buffer_bytes: 4194304
                defaults:
                  heartbeat_interval: none
                  close_wait_stuck_after: 1m
                  close_wait_window: 2m
                watch:
                  - ports: [8080-8081, 9000]
                    side: server
                    heartbeat_interval: none
                    close_wait_stuck_after: 1m
                    close_wait_window: 2m
                    companion:
                      url: "http://h/m"
                      preset: "generic"
                      timeout: 2s
                      metrics:
                        heartbeats_missed:
                          name: "m"
                          labels:
                            "a": { regex: "y" }
                            "b": "x"
                network_namespaces: [self]

                """
        )
    }

    @Test(
        "network namespaces are read as they are written",
        arguments: [
            ("[self]", NamespaceSelection.own, "[self]"),
            ("[all]", .all, "[all]"),
            (
                "[blue, self, pid:17, \"two words\"]",
                NamespaceSelection(namespaces: [.named("blue"), .own, .process(17), .named("two words")]),
                "[\"blue\", self, \"pid:17\", \"two words\"]"
            ),
        ]
    )
    func namespaces(text: String, selection: NamespaceSelection, effective: String) throws {
        let configuration = try ConfigurationExample.parse("network_namespaces: \(text)")
        #expect(configuration.namespaces == selection)
        #expect(configuration.effectiveYAML.hasSuffix("network_namespaces: \(effective)\n"))
        #expect(try ConfigurationExample.parse(configuration.effectiveYAML) == configuration)
    }

    @Test(
        "durations are read as Prometheus writes them, and written as they are read",
        arguments: [
            ("5s", 5000, "5s"), ("250ms", 250, "250ms"), ("2m", 120_000, "2m"), ("1h30m", 5_400_000, "1h30m"),
            ("90s", 90_000, "1m30s"), ("1d", 86_400_000, "1d"), ("1s500ms", 1500, "1s500ms"), ("0s", 0, "0s"),
            ("007s", 7000, "7s"),
        ]
    )
    func durations(text: String, milliseconds: Int, written: String) throws {
        let duration = try DurationText.parse(text)
        #expect(duration == .milliseconds(milliseconds))
        #expect(DurationText.text(duration) == written)
    }

    @Test("in the names of presets and formats a hyphen is as good as an underscore", arguments: ["-", "_"])
    func hyphens(hyphen: String) throws {
        let names = "preset: nginx\(hyphen)exporter, format: key\(hyphen)value"
        let read = try ConfigurationExample.parse("watch: [{ ports: 80, companion: { url: http://h/, \(names) } }]")
        #expect(read.watches.first?.companion?.preset.name == "nginx-exporter")
        #expect(read.watches.first?.companion?.format == .keyValue)
    }

    @Test("exactly the limit of ports is allowed, both sides together")
    func portLimit() throws {
        let text = "watch: [{ ports: 1-1000 }, { ports: 2001-2024, side: client }]"
        #expect(try ConfigurationExample.parse(text).watches.reduce(0) { $0 + $1.ports.count } == 1024)
    }
}
