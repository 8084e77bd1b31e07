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
    /// Whether the agent names processes when asked.
    let tellsOwners: Bool
    let now: MonotonicInstant
    /// Names the style and the script that are the page's own. To be guessed by nobody.
    private let nonce = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()

    init(observation: Observation, telemetryPath: String, tellsOwners: Bool = true, now: MonotonicInstant) {
        self.observation = observation
        self.telemetryPath = telemetryPath
        self.tellsOwners = tellsOwners
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
        """
        \(headline)
        <p id="sample">\(sampleLine)</p>
        \(StatusTable(observation: observation, tellsOwners: tellsOwners).html)
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
        let age = AgeText(seconds: now.seconds(since: sampledAt))
        let interval = AgeText(seconds: sample.statistics.interval)
        return "The kernel as of \(time.text), \(age) ago; sampled every \(interval)."
            + "\(overflow)\(shortcoming)\(failure)"
    }

    private var shortcoming: String {
        observation.sample.shortcoming.map { " <strong>Seen in part: \(Self.escaped($0)).</strong>" } ?? ""
    }

    /// What is left out because too many connections would have to be followed.
    private var overflow: String {
        let snapshot = observation.sample.snapshot
        guard snapshot.untrackedSockets > 0 else { return "" }
        return " <strong>\(snapshot.untrackedSockets) connections are not followed, since the limit of "
            + "\(snapshot.trackedSocketsLimit) is reached (evidence.tracked_sockets_limit).</strong>"
    }

    /// For whoever is woken by it and has never seen it.
    private var legend: String {
        let conditions = PortCondition.allCases.map { condition in
            let badge = StatusTable.badge(condition.rawValue, of: condition.rawValue)
            return "<dt>\(badge)</dt><dd>\(Self.escaped(condition.meaning(on: .server)))</dd>"
        }
        let columns = StatusTable.columns.map { "<dt>\($0.name)</dt><dd>\($0.meaning)</dd>" }
        return """
            <details><summary>What the words mean</summary>
            <dl>
            \((conditions + columns).joined(separator: "\n"))
            </dl>
            </details>
            """
    }

    static func escaped(_ text: String) -> String {
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
