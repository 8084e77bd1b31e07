internal import Companion
internal import HostSystem
internal import SockWatch

/// What a check has found.
struct GateReport: Sendable {
    enum Outcome: Hashable, Sendable {
        /// Every bound was judged, and holds.
        case passed
        /// A bound is broken, or one that was given could not be judged.
        case failed
        /// A signal ended the check before its time.
        case interrupted
        /// Nothing is known of the ports; with the reason.
        case blind(String)
    }

    struct Port: Sendable {
        let window: PortWindow
        let companion: CompanionOutcome?
        let judgements: [Judgement]

        /// As programs name it in reports: `port 8080 orders`.
        var title: String { "port \(window.label)" }
    }

    /// When it began.
    let startedAt: WallClock
    /// Seconds that it was to last, and that it lasted.
    let wanted: Double
    let watched: Double
    let samples: Int
    let ports: [Port]
    let outcome: Outcome

    init(
        _ window: GateWindow,
        bounds: [Bound],
        collectors: Collectors,
        startedAt: WallClock,
        wanted: Double,
        isInterrupted: Bool
    ) {
        self.startedAt = startedAt
        self.wanted = wanted
        watched = window.seconds
        samples = window.samples
        let silence = window.silence
        let shortcoming = window.last?.sample.shortcoming
        let ended =
            isInterrupted ? "the check was ended after \(watched.shownSeconds) of \(wanted.shownSeconds) s" : nil
        ports = window.portWindows.map { port in
            let companion = window.last?.companion(of: port.last)
            let judge = PortJudge(
                window: port,
                companion: companion,
                collectors: collectors,
                heardAll: window.heardAllEnds
            )
            let bounds = bounds.isEmpty ? Bound.conditions(of: port.last.watched.side) : bounds
            let judgements = bounds.map { bound in
                let judgement = judge.judge(bound)
                let blindness = bound.needsSockDiag ? shortcoming : nil
                guard let reason = ended ?? silence ?? blindness else { return judgement }
                return Judgement(bound, notJudged: reason, measured: judgement.measured)
            }
            return Port(window: port, companion: companion, judgements: judgements)
        }
        outcome =
            if isInterrupted {
                .interrupted
            } else if let silence {
                .blind(silence)
            } else {
                ports.contains { $0.judgements.contains(where: \.isBad) } ? .failed : .passed
            }
    }

    /// What the program exits with.
    var status: Int32 {
        switch outcome {
        case .passed: ExitStatus.ok
        case .failed: ExitStatus.finding
        case .interrupted, .blind: ExitStatus.failure
        }
    }

    /// The outcome in one line.
    var summary: String {
        let judgements = ports.flatMap(\.judgements)
        let broken = judgements.count { $0.verdict == .failed }
        let unjudged = judgements.count { $0.isBad && $0.verdict != .failed }
        return switch outcome {
        case .passed: "ok"
        case .failed:
            "failed: "
                + [broken > 0 ? "\(broken) broken" : nil, unjudged > 0 ? "\(unjudged) not judged" : nil]
                .compactMap(\.self).joined(separator: ", ") + " of \(judgements.count)"
        case .interrupted: "ended after \(watched.shownSeconds) of \(wanted.shownSeconds) s, so nothing is judged"
        case .blind(let reason): "nothing is judged: \(reason)"
        }
    }
}

extension Double {
    /// Seconds to a tenth.
    var shownSeconds: String { rounded(toPlaces: 1).shownText }
}
