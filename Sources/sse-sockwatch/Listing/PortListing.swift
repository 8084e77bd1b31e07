internal import SockDiag
internal import SockWatch

/// The ports below the sockets of a list: a line for each, and below it what every condition that holds means, and the
/// numbers behind it.
enum PortListing {
    static func text(_ ports: [PortSnapshot]) -> String {
        guard !ports.isEmpty else { return "" }
        let nameWidth = ports.reduce(4) { max($0, name($1).utf8.count) }
        let header = [
            "Port".padded(to: 6), "Name".padded(to: nameWidth), "LISTEN", " ESTAB", "CLOSE-WAIT", "Condition",
        ]
        return "\n" + header.joined(separator: " ") + "\n" + ports.map { lines($0, nameWidth) }.joined()
    }

    private static func lines(_ port: PortSnapshot, _ nameWidth: Int) -> String {
        let conditions = port.findings.isEmpty ? [.healthy] : port.findings.map(\.condition)
        let fields = [
            String(port.watched.port).padded(to: 6),
            name(port).padded(to: nameWidth),
            String(port.tally.listeners).padded(to: 6, rightAligned: true),
            String(port.tally[.established]).padded(to: 6, rightAligned: true),
            String(port.tally[.closeWait]).padded(to: 10, rightAligned: true),
            conditions.map(\.rawValue).joined(separator: ", "),
        ]
        var text = fields.joined(separator: " ") + "\n"
        text += explanations(port)
        if port.findings.isEmpty, port.tally[.closeWait] > 0 { text += reservation(port) }
        return text
    }

    /// What each condition that holds means, and below it the numbers behind it: two lines each.
    static func explanations(_ port: PortSnapshot) -> String {
        port.findings.map { finding in
            "    \(finding.condition.rawValue): \(finding.condition.meaning(on: port.watched.side))\n"
                + "        \(finding.sentence)\n"
        }.joined()
    }

    /// One look finds a young leak healthy, and has to say what it cannot see.
    private static func reservation(_ port: PortSnapshot) -> String {
        let oldest = AgeText(seconds: port.closeWait.oldestAge)
        let bound = AgeText(seconds: port.watched.thresholds.closeWaitStuckAfter)
        return
            "    The oldest has been in CLOSE_WAIT for \(oldest), and is stuck after \(bound). Whether they accumulate "
            + "one look cannot tell; the agent can.\n"
    }

    private static func name(_ port: PortSnapshot) -> String {
        let name = port.watched.name.isEmpty ? "-" : port.watched.name
        return port.watched.side == .client ? "\(name) (client)" : name
    }
}

extension String {
    /// Filled up with blanks to so many bytes.
    func padded(to width: Int, rightAligned: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - utf8.count))
        return rightAligned ? padding + self : self + padding
    }
}
