import NetworkLab
import Testing

@Suite("An accept queue", .networkNamespaces)
struct AcceptQueueTests {
    @Test("that fills up and is emptied between two samples is seen")
    func betweenSamples() async throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen(backlog: 4)
        let port = try listener.local.port
        // But for the one at the start, no scheduled sample is taken, and those for scrapes find the queue empty.
        let agent = try await RunningAgent.start(
            in: namespace,
            configuration: "sampling: { interval: 5m }\n",
            "--port",
            "\(port)"
        )
        var waiting: [RawSocket] = []
        try await eventually("it was full", within: .seconds(20), every: .milliseconds(250)) {
            for client in waiting {
                try listener.accept().close()
                client.close()
            }
            waiting = []
            let scrape = try agent.scrape()
            for _ in 0..<5 { waiting.append(try namespace.connect(to: try listener.local)) }
            return scrape
        } until: { scrape in
            let label = ["port": "\(port)"]
            #expect(scrape.value("tcp_listen_backlog", label) == 0)
            return scrape.value("tcp_listen_backlog_fullest_ratio", label) == 1
                && scrape.value("port_condition", ["port": "\(port)", "condition": "backlogged"]) == 1
        }
        #expect(try agent.samples == 1)
    }
}
