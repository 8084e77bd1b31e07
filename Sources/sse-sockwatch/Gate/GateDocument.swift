internal import HostSystem
internal import SockWatch

/// A check's report as `check --json` prints it.
struct GateDocument: Encodable {
    let version = BuildVersion.number
    /// `passed`, `failed`, `interrupted` or `blind`.
    let outcome: String
    let summary: String
    let exitStatus: Int32
    /// RFC 3339.
    let startedAt: String
    let wantedSeconds: Double
    let watchedSeconds: Double
    let samples: Int
    let ports: [Port]

    struct Port: Encodable {
        let port: UInt16
        let name: String
        let side: String
        let bounds: [Verdict]
        let window: Window
        /// The last sample, as the agent's snapshot has it.
        let last: PortDocument
    }

    struct Verdict: Encodable {
        let bound: String
        let limit: Double?
        let measured: Double?
        let verdict: String
        let reason: String?
        let evidence: String?
    }

    /// What happened while the port was watched.
    struct Window: Encodable {
        let seconds: Double
        let establishedLeast: Int
        let establishedMost: Int
        let closeWaitLeast: Int
        let closeWaitMost: Int
        let connectionsOpened: UInt64
        let connectionsClosed: UInt64
        let reconnections: UInt64
        let heartbeatsObserved: UInt64
        let heartbeatsMissed: UInt64
    }

    init(_ report: GateReport) {
        outcome =
            switch report.outcome {
            case .passed: "passed"
            case .failed: "failed"
            case .interrupted: "interrupted"
            case .blind: "blind"
            }
        summary = report.summary
        exitStatus = report.status
        startedAt = report.startedAt.text
        wantedSeconds = report.wanted
        watchedSeconds = report.watched.rounded(toPlaces: 3)
        samples = report.samples
        ports = report.ports.map(Port.init)
    }
}

extension GateDocument.Port {
    init(_ report: GateReport.Port) {
        last = PortDocument(report.window.last, companion: report.companion)
        (port, name, side) = (last.port, last.name, last.side)
        bounds = report.judgements.map(GateDocument.Verdict.init)
        window = GateDocument.Window(report.window)
    }
}

extension GateDocument.Verdict {
    init(_ judgement: Judgement) {
        bound = judgement.bound.name
        limit = judgement.bound.limit
        measured = judgement.measured?.rounded(toPlaces: 6)
        verdict = judgement.verdict.name
        reason = if case .notJudged(let reason) = judgement.verdict { reason } else { nil }
        evidence = judgement.evidence.isEmpty ? nil : judgement.evidence
    }
}

extension GateDocument.Window {
    init(_ window: PortWindow) {
        seconds = window.seconds.rounded(toPlaces: 3)
        (establishedLeast, establishedMost) = (window.established.lowerBound, window.established.upperBound)
        (closeWaitLeast, closeWaitMost) = (window.closeWait.lowerBound, window.closeWait.upperBound)
        (connectionsOpened, connectionsClosed) = (window.opened, window.closed)
        reconnections = window.reconnections.count
        (heartbeatsObserved, heartbeatsMissed) = (window.heartbeatsObserved, window.heartbeatsMissed)
    }
}
