internal import Companion
internal import HostSystem
internal import SockDiag
internal import SockWatch

/// The agent's page: what it is, where the rest is, and what it sees now. Its script replaces the table by a newer one,
/// so the page is made in one place, here, and shows the same without a script.
struct StatusPage {
    let observation: Observation
    let telemetryPath: String
    let now: MonotonicInstant

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>sse-sockwatch</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <header>
        <h1>sse-sockwatch</h1>
        <p>TCP connections of Server-Sent Events services, as the kernel sees them.</p>
        <nav><a href="\(Self.escaped(telemetryPath))">Metrics</a> <a href="/api/v1/snapshot">Snapshot (JSON)</a>
        <a href="/-/healthy">Healthy</a> <a href="/-/ready">Ready</a></nav>
        </header>
        <main id="now">
        \(main)
        </main>
        <footer>sse-sockwatch \(Self.escaped(BuildVersion.text)), read-only: it never closes, resets or changes a socket.
        </footer>
        <script>\(Self.script)</script>
        </body>
        </html>

        """
    }

    private var main: String {
        let ports = observation.sample.snapshot.ports
        let rows = ports.sorted { $0.condition.rank < $1.condition.rank }.map(row).joined(separator: "\n")
        return """
            <p class="sample">\(sampleLine)</p>
            <table>
            <thead><tr><th>Port</th><th>Condition</th><th class="n">ESTABLISHED</th><th class="n">CLOSE_WAIT</th>
            <th class="n">stuck</th><th class="n">oldest</th><th class="n">accept queue</th><th class="n">send queue</th>
            <th class="n">server says</th><th class="n">heartbeat misses</th></tr></thead>
            <tbody>
            \(rows.isEmpty ? "<tr><td colspan=\"10\">No port is watched: nobody listens on this machine.</td></tr>" : rows)
            </tbody>
            </table>
            """
    }

    private var sampleLine: String {
        let sample = observation.sample
        let failure = sample.failure.map { " <strong>The last attempt failed: \(Self.escaped($0))</strong>" } ?? ""
        guard let sampledAt = sample.snapshot.sampledAt, let time = sample.sampledAt else {
            return "The kernel has not been sampled yet.\(failure)"
        }
        let age = now.seconds(since: sampledAt).rounded(toPlaces: 1)
        return "Sampled at \(time.text), \(age) s ago, every \(sample.statistics.interval.rounded(toPlaces: 1)) s."
            + failure
    }

    private func row(_ port: PortSnapshot) -> String {
        let outcome = observation.companion(of: port.watched.port)
        let sentences = port.findings.map { "<p>\(Self.escaped($0.sentence))</p>" }.joined()
        let name = port.watched.name.isEmpty ? "" : " <small>\(Self.escaped(port.watched.name))</small>"
        let side = port.watched.side == .client ? " <small>(client side)</small>" : ""
        let listen = "\(port.tally.acceptQueue)/\(port.tally.acceptQueueLimit)"
        let labels =
            port.findings.isEmpty
            ? [PortCondition.healthy] : port.findings.map(\.condition)
        let badges = labels.map {
            "<span class=\"badge \($0.rawValue)\" title=\"\(Self.escaped($0.meaning))\">\($0.rawValue)</span>"
        }.joined(separator: " ")
        let stuck = port.closeWait.stuck
        return """
            <tr><td>\(port.watched.port)\(name)\(side)</td><td>\(badges)\(sentences)</td>
            <td class="n">\(port.tally[.established])</td><td class="n">\(port.tally[.closeWait])</td>
            <td class="n">\(stuck)</td><td class="n">\(Self.age(port.closeWait.oldestAge))</td>
            <td class="n">\(port.watched.side == .server ? listen : "")</td>
            <td class="n">\(port.tally.sendQueueBytes)&nbsp;B</td>
            <td class="n">\(serverSays(outcome))</td><td class="n">\(misses(outcome))</td></tr>
            """
    }

    private func serverSays(_ outcome: CompanionOutcome?) -> String {
        guard let outcome else { return "" }
        if let failure = outcome.failure {
            return "<span class=\"badge unknown\" title=\"\(Self.escaped(failure.description))\">down</span>"
        }
        return outcome.reading?.activeConnections.map { "\(Self.plain($0)) active" } ?? ""
    }

    private func misses(_ outcome: CompanionOutcome?) -> String {
        outcome?.reading?.heartbeats?.missRatio.map { "\(Self.plain(($0 * 100).rounded(toPlaces: 1)))&nbsp;%" } ?? ""
    }

    private static func age(_ seconds: Double) -> String {
        seconds == 0 ? "" : "\(plain(seconds.rounded(toPlaces: seconds < 10 ? 1 : 0)))&nbsp;s"
    }

    private static func plain(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
        body{max-width:80rem;margin:0 auto;padding:1.5rem}
        h1{margin:0}
        nav a{margin-right:1rem}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.5rem .75rem;border-bottom:1px solid #8884;vertical-align:top}
        td p{margin:.25rem 0 0}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .badge{display:inline-block;padding:0 .6rem;border-radius:1rem;background:#b3261e;color:#fff;white-space:nowrap}
        .badge.healthy{background:#1b7f3b}
        .badge.unknown{background:#666}
        .badge.close_wait_accumulating,.badge.backlogged{background:#b25e00}
        .sample,footer,small{opacity:.75}
        footer{margin-top:2rem}
        """

    private static let script = """
        setInterval(async () => {
          try {
            const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
            document.getElementById("now").replaceWith(page.getElementById("now"));
          } catch { document.querySelector(".sample").textContent = "The agent does not answer."; }
        }, 2000);
        """
}

extension PortCondition {
    /// The worst first, as they are declared.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
