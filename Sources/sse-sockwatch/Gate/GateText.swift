internal import Companion
internal import SockDiag
internal import SockWatch

/// A check's report as a person reads it in the log of a pipeline.
struct GateText {
    let report: GateReport

    var text: String {
        "Watched for \(report.watched.shownSeconds) s, \(report.samples) samples.\n\n"
            + report.ports.map { text($0) + "\n" }.joined() + "Check: \(report.summary)"
    }

    private func text(_ port: GateReport.Port) -> String {
        "\(port.title): \(conditions(port.window.last))\n" + PortListing.explanations(port.window.last)
            + (facts(port) + table(port.judgements)).map { "    \($0)\n" }.joined()
    }

    private func conditions(_ port: PortSnapshot) -> String {
        port.findings.isEmpty
            ? PortCondition.healthy.rawValue : port.findings.map(\.condition.rawValue).joined(separator: ", ")
    }

    private func facts(_ port: GateReport.Port) -> [String] {
        let window = port.window
        var facts = [
            "ESTABLISHED \(window.established.text), CLOSE_WAIT \(window.closeWait.text), opened \(window.opened), "
                + "closed \(window.closed), heartbeats \(window.heartbeatsObserved) seen and "
                + "\(window.heartbeatsMissed) missed"
        ]
        if let failure = port.companion?.failure { facts.append("companion: \(failure)") }
        return facts
    }

    private func table(_ judgements: [Judgement]) -> [String] {
        let rows =
            [["bound", "limit", "measured", "verdict", "evidence"]]
            + judgements.map { judgement in
                [
                    judgement.bound.name,
                    judgement.bound.limitText,
                    judgement.measured.map(judgement.bound.text) ?? "-",
                    Self.word(judgement.verdict),
                    judgement.reasonOrEvidence,
                ]
            }
        let widths = (0..<4).map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0.padded(to: $1) }
            // What holds without evidence leaves no blanks behind.
            return (row[4].isEmpty ? [cells[0], cells[1], cells[2], row[3]] : cells + [row[4]]).joined(separator: "  ")
        }
    }

    private static func word(_ verdict: Judgement.Verdict) -> String {
        switch verdict {
        case .ok: "ok"
        case .failed: "FAILED"
        case .notJudged: "not judged"
        }
    }
}
