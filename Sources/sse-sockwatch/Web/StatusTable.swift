internal import Companion
internal import SockDiag
internal import SockWatch

/// The ports on the agent's page, the worst first: a row of numbers each, and below it what holds and why.
///
/// On a narrow screen a row becomes a block, and each number stands beside its column's name. So the name is in the cell,
/// too.
struct StatusTable {
    let observation: Observation
    let tellsOwners: Bool

    var html: String {
        let ports = observation.sample.snapshot.ports
        let rows = ports.sorted { ($0.condition.rank, $0.watched.port) < ($1.condition.rank, $1.watched.port) }
            .map { PortFacts(port: $0, outcome: observation.companion(of: $0)) }
        // What no port has anything to say in takes no room.
        let columns = Self.columns.filter { column in rows.isEmpty || rows.contains { column.value($0) != nil } }
        let heads = columns.map { "<th class=\"n\" title=\"\($0.meaning)\">\($0.name)</th>" }
        return """
            <div class="wide"><table>
            <thead><tr><th>port</th><th>condition</th>\(heads.joined())</tr></thead>
            <tbody>
            \(rows.map { row($0, columns) }.joined(separator: "\n"))
            </tbody>
            </table></div>
            """
    }

    private func row(_ facts: PortFacts, _ columns: [Column]) -> String {
        let port = facts.port
        let watched = port.watched
        let name = watched.name.isEmpty ? "" : " <small>\(StatusPage.escaped(watched.name))</small>"
        let namespace = port.namespace.map { " <small>in \(StatusPage.escaped($0))</small>" } ?? ""
        let side = watched.side == .client ? " <small>as client</small>" : ""
        let conditions = port.findings.isEmpty ? [.healthy] : port.findings.map(\.condition)
        let badges = conditions.map { Self.badge($0.rawValue, of: $0.rawValue, title: $0.meaning(on: watched.side)) }
        let cells = columns.map { column in
            guard let value = column.value(facts) else { return "<td class=\"n none\">–</td>" }
            return "<td class=\"n\" data-name=\"\(column.name)\">\(value)</td>"
        }
        return """
            <tr><td class="port">\(watched.port)\(name)\(namespace)\(side)</td><td class="badges">\(badges.joined(separator: " "))</td>
            \(cells.joined())</tr>\(reasons(port, columns))
            """
    }

    private func reasons(_ port: PortSnapshot, _ columns: [Column]) -> String {
        var remarks = port.findings.map { finding in
            let meaning = StatusPage.escaped(finding.condition.meaning(on: port.watched.side))
            return "<p>\(meaning) <strong>\(StatusPage.escaped(finding.sentence))</strong></p>"
        }
        if let services = leakingServices(port) {
            remarks.append("<p>In CLOSE_WAIT by service: <strong>\(StatusPage.escaped(services)).</strong></p>")
        }
        if tellsOwners, port.leaks, port.isInOwnNamespace {
            let path = "\(WebServer.ownersPath)?port=\(port.watched.port)&state=close_wait"
            remarks.append("<p><a href=\"\(StatusPage.escaped(path))\">Which process holds them?</a></p>")
        }
        if port.evidence.share < 1 {
            let most = (1 / port.evidence.share).rounded()
            remarks.append(
                "<p>Of its connections 1 in \(Self.plain(most)) is followed; what is counted of them is scaled to all.</p>"
            )
        }
        guard !remarks.isEmpty else { return "" }
        return "\n<tr class=\"why\"><td></td><td colspan=\"\(columns.count + 1)\">\(remarks.joined())</td></tr>"
    }

    /// Whose connections are in CLOSE_WAIT, when that is a trouble.
    private func leakingServices(_ port: PortSnapshot) -> String? {
        guard port.leaks else { return nil }
        let leaking = observation.services(of: port).filter { $0.counts.closeWait > 0 }
        guard !leaking.isEmpty else { return nil }
        var shown = leaking.prefix(5).map { "\($0.service) \($0.counts.closeWait)" }
        if leaking.count > shown.count { shown.append("and \(leaking.count - shown.count) more") }
        return shown.joined(separator: ", ")
    }

    /// - Parameter title: what is told of it to whoever points at it.
    static func badge(_ text: String, of kind: String, title: String? = nil) -> String {
        let title = title.map { " title=\"\(StatusPage.escaped($0))\"" } ?? ""
        return "<span class=\"badge \(kind)\"\(title)>\(text)</span>"
    }
}

extension PortCondition {
    /// The worst first, as they are declared.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension PortSnapshot {
    /// Whether sockets in CLOSE_WAIT are a trouble.
    fileprivate var leaks: Bool { holds(.closeWaitStuck) || holds(.closeWaitAccumulating) }
}
