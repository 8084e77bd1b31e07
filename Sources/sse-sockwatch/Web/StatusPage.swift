internal import Companion
internal import HostSystem
internal import SockDiag
internal import SockWatch

/// The agent's page: what it sees now, the worst first, and where the rest is. Its script replaces the middle by a newer
/// one, so the page is made in one place, here, and shows the same without a script.
///
/// It needs nothing from elsewhere, and its policy forbids everything else: parts of it are in the words of other
/// servers.
struct StatusPage {
    let observation: Observation
    let telemetryPath: String
    let now: MonotonicInstant
    /// Names the style and the script that are the page's own. To be guessed by nobody.
    private let nonce = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()

    init(observation: Observation, telemetryPath: String, now: MonotonicInstant) {
        self.observation = observation
        self.telemetryPath = telemetryPath
        self.now = now
    }

    private var policy: String {
        "default-src 'none'; style-src 'nonce-\(nonce)'; script-src 'nonce-\(nonce)'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'"
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <link rel="icon" href="data:,">
        <style nonce="\(nonce)">
        \(Self.style)
        </style>
        </head>
        <body>
        <header>
        <h1>sse-sockwatch</h1>
        <nav><a href="\(Self.escaped(telemetryPath))">Metrics</a> <a href="/api/v1/snapshot">Snapshot (JSON)</a>
        <a href="/-/healthy">Healthy</a> <a href="/-/ready">Ready</a></nav>
        </header>
        <main data-title="\(title)">
        \(main)
        </main>
        \(legend)
        <footer>sse-sockwatch \(Self.escaped(BuildVersion.text)), read-only: it never closes, resets or changes a socket.
        </footer>
        <script nonce="\(nonce)">
        \(Self.script)
        </script>
        </body>
        </html>

        """
    }

    /// What a tab shows among many others.
    private var title: String {
        let troubled = observation.sample.snapshot.ports.count { !$0.findings.isEmpty }
        return troubled == 0 ? "sse-sockwatch" : "(\(troubled)) sse-sockwatch"
    }

    private var main: String {
        let ports = observation.sample.snapshot.ports
        let rows = ports.sorted { ($0.condition.rank, $0.watched.port) < ($1.condition.rank, $1.watched.port) }
        return """
            \(headline)
            <p id="sample">\(sampleLine)</p>
            <div class="wide"><table>
            <thead><tr><th>Port</th><th>Condition</th><th class="n">ESTABLISHED</th><th class="n">CLOSE_WAIT</th>
            <th class="n">stuck</th><th class="n">oldest</th><th class="n">accept queue</th><th class="n">send queue</th>
            <th class="n">server counts</th><th class="n">heartbeats missed</th></tr></thead>
            <tbody>
            \(rows.map(row).joined(separator: "\n"))
            </tbody>
            </table></div>
            """
    }

    private var headline: String {
        let ports = observation.sample.snapshot.ports
        let troubled = ports.count { !$0.findings.isEmpty }
        let (kind, text) =
            switch (ports.count, troubled) {
            case _ where observation.sample.snapshot.sampledAt == nil: ("unknown", "Nothing is known yet")
            case (0, _): ("unknown", "No port is watched: nobody listens on this machine")
            case (1, 0): ("healthy", "The watched port is healthy")
            case (let all, 0): ("healthy", "All \(all) watched ports are healthy")
            case (1, _): ("trouble", "The watched port needs a look")
            case (let all, 1): ("trouble", "1 of \(all) watched ports needs a look")
            case (let all, let some): ("trouble", "\(some) of \(all) watched ports need a look")
            }
        return "<h2 class=\"\(kind)\">\(text)</h2>"
    }

    private var sampleLine: String {
        let sample = observation.sample
        let failure = sample.failure.map { " <strong>The last attempt failed: \(Self.escaped($0))</strong>" } ?? ""
        guard let sampledAt = sample.snapshot.sampledAt, let time = sample.sampledAt else {
            return "The kernel has not answered yet.\(failure)"
        }
        let age = ListingText.age(now.seconds(since: sampledAt))
        let interval = ListingText.age(sample.statistics.interval)
        return "The kernel as of \(time.text), \(age) ago; sampled every \(interval).\(overflow)\(failure)"
    }

    /// What is left out because too many connections would have to be followed.
    private var overflow: String {
        let snapshot = observation.sample.snapshot
        guard snapshot.untrackedSockets > 0 else { return "" }
        return " <strong>\(snapshot.untrackedSockets) connections are not followed, since the limit of "
            + "\(snapshot.trackedSocketsLimit) is reached (evidence.tracked_sockets_limit).</strong>"
    }

    /// A row of numbers, and below it, where there is something to say, a row of sentences.
    private func row(_ port: PortSnapshot) -> String {
        let watched = port.watched
        let outcome = observation.companion(of: watched.port)
        let name = watched.name.isEmpty ? "" : "<br><small>\(Self.escaped(watched.name))</small>"
        let side = watched.side == .client ? "<br><small>as client</small>" : ""
        let conditions = port.findings.isEmpty ? [.healthy] : port.findings.map(\.condition)
        let badges = conditions.map { Self.badge($0.rawValue, of: $0.rawValue, title: $0.meaning) }
        let isServer = watched.side == .server
        let numbers = [
            "\(port.tally[.established])",
            "\(port.tally[.closeWait])",
            "\(port.closeWait.stuck)",
            port.tally[.closeWait] == 0 ? Self.nothing : ListingText.age(port.closeWait.oldestAge),
            isServer ? "\(port.tally.acceptQueue) of \(port.tally.acceptQueueLimit)" : Self.nothing,
            Self.bytes(port.tally.sendQueueBytes),
            streams(outcome),
            misses(outcome),
        ]
        let cells = numbers.map { "<td class=\"n\">\($0)</td>" }.joined()
        let remarks = port.findings.map(\.sentence) + (share(port).map { [$0] } ?? [])
        let sentences = remarks.map { "<p>\(Self.escaped($0))</p>" }.joined()
        let more = sentences.isEmpty ? "" : "\n<tr class=\"why\"><td></td><td colspan=\"9\">\(sentences)</td></tr>"
        return """
            <tr><td>\(watched.port)\(name)\(side)</td><td class="badges">\(badges.joined(separator: " "))</td>
            \(cells)</tr>\(more)
            """
    }

    private func share(_ port: PortSnapshot) -> String? {
        guard port.evidence.share < 1 else { return nil }
        return "Of its connections 1 in \(Self.plain((1 / port.evidence.share).rounded())) is followed; "
            + "what is counted of them is scaled to all."
    }

    private func streams(_ outcome: CompanionOutcome?) -> String {
        guard let outcome else { return Self.nothing }
        if let failure = outcome.failure { return Self.badge("down", of: "unknown", title: failure.description) }
        return outcome.reading?.activeConnections.map(Self.plain) ?? Self.nothing
    }

    private func misses(_ outcome: CompanionOutcome?) -> String {
        guard let ratio = outcome?.reading?.heartbeats?.missRatio else { return Self.nothing }
        return "\(Self.plain((ratio * 100).rounded(toPlaces: 1)))&nbsp;%"
    }

    /// For whoever is woken by it and has never seen it.
    private var legend: String {
        let conditions = PortCondition.allCases.map { condition in
            let badge = Self.badge(condition.rawValue, of: condition.rawValue, title: nil)
            return "<dt>\(badge)</dt><dd>\(Self.escaped(condition.meaning))</dd>"
        }
        let columns = Self.columns.map { "<dt>\($0)</dt><dd>\($1)</dd>" }
        return """
            <details><summary>What the words mean</summary>
            <dl>
            \((conditions + columns).joined(separator: "\n"))
            </dl>
            </details>
            """
    }

    private static let columns: KeyValuePairs = [
        "ESTABLISHED": "Connections that are open on both sides.",
        "CLOSE_WAIT": "Connections whose client has closed and whose server has not. It alone can.",
        "stuck": "Those in CLOSE_WAIT for longer than the port's close_wait_stuck_after.",
        "oldest": "How long the one that has been in CLOSE_WAIT longest has been there.",
        "accept queue": "Connections that wait to be accepted, and how many may. The kernel lets one more in.",
        "send queue": "What the server has written and clients have not acknowledged.",
        "server counts": "Streams that the server itself believes to be open, over all ports of the watch.",
        "heartbeats missed": "The share of heartbeats that the server did not send, in its own words.",
    ]

    private static let nothing = "<span class=\"none\">–</span>"

    private static func badge(_ text: String, of kind: String, title: String?) -> String {
        let title = title.map { " title=\"\(escaped($0))\"" } ?? ""
        return "<span class=\"badge \(kind)\"\(title)>\(text)</span>"
    }

    /// `0 B`, `12.5 KiB`, `3 MiB`
    private static func bytes(_ count: UInt64) -> String {
        var (value, unit) = (Double(count), "B")
        for larger in ["KiB", "MiB", "GiB"] where value >= 1024 { (value, unit) = (value / 1024, larger) }
        return "\(plain(value.rounded(toPlaces: 1)))&nbsp;\(unit)"
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
}

extension PortCondition {
    /// The worst first, as they are declared.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
