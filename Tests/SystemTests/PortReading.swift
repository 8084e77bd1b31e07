import MetricsExport
import SockDiag

/// What the agent's metrics say about one port.
struct PortReading: Equatable, CustomStringConvertible {
    /// Connections by state, without the states that have none.
    let states: [TCPState: Int]
    /// The conditions whose series are 1.
    let conditions: Set<String>
    let oldestAge: Double
    let stuckUnclosed: Int
    let stuckUnaccepted: Int
    let entered: Int
    let left: Int
    let listeners: Int
    let backlog: Int

    /// Nil when the port is not watched.
    init?(of port: UInt16, in scrape: Scrape) {
        let label = ["port": "\(port)"]
        func number(_ name: String, _ more: [String: String] = [:]) -> Double? {
            scrape.value(name, label.merging(more) { $1 })
        }
        guard let age = number("tcp_close_wait_oldest_age_seconds"),
            let unclosed = number("tcp_close_wait_stuck_sockets", ["cause": "unclosed"]),
            let unaccepted = number("tcp_close_wait_stuck_sockets", ["cause": "unaccepted"]),
            let entered = number("tcp_close_wait_entered_total"),
            let left = number("tcp_close_wait_left_total"),
            let listeners = number("tcp_listeners"),
            let backlog = number("tcp_listen_backlog")
        else { return nil }
        states = scrape.all("tcp_sockets", label).reduce(into: [:]) { states, sample in
            guard let state = sample.label("state").flatMap({ TCPState(name: $0) }), sample.value > 0 else { return }
            states[state] = Int(sample.value)
        }
        conditions = Set(
            scrape.all("port_condition", label).filter { $0.value == 1 }.compactMap { $0.label("condition") }
        )
        oldestAge = age
        stuckUnclosed = Int(unclosed)
        stuckUnaccepted = Int(unaccepted)
        self.entered = Int(entered)
        self.left = Int(left)
        self.listeners = Int(listeners)
        self.backlog = Int(backlog)
    }

    /// No condition holds but healthy.
    var isHealthy: Bool { conditions == ["healthy"] }
    var closeWait: Int { states[.closeWait] ?? 0 }
    var stuck: Int { stuckUnclosed + stuckUnaccepted }

    var description: String {
        "\(conditions.sorted()) \(states) oldest \(oldestAge) s, stuck \(stuckUnclosed) unclosed"
            + " \(stuckUnaccepted) unaccepted, entered \(entered), left \(left), backlog \(backlog)"
    }
}
