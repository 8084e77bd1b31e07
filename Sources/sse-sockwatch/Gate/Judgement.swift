/// How a port stood to a bound, and what tells so.
struct Judgement: Sendable {
    enum Verdict: Hashable, Sendable {
        case ok
        case failed
        /// Nothing that was seen can tell; with the reason.
        case notJudged(String)

        /// One word for programs.
        var name: String {
            switch self {
            case .ok: "ok"
            case .failed: "failed"
            case .notJudged: "not_judged"
            }
        }
    }

    let bound: Bound
    /// The number that was held against the bound, in the bound's unit. Nil when there is none.
    let measured: Double?
    let verdict: Verdict
    /// A sentence with the numbers behind the verdict. Empty when it was not judged.
    let evidence: String

    init(_ bound: Bound, _ measured: Double, _ evidence: String) {
        self.bound = bound
        self.measured = measured
        verdict = bound.isBroken(by: measured) ? .failed : .ok
        self.evidence = evidence
    }

    init(_ bound: Bound, notJudged reason: String, measured: Double? = nil) {
        self.bound = bound
        self.measured = measured
        verdict = .notJudged(reason)
        evidence = ""
    }

    /// Whether the check fails with it. A bound that the user gave and that nothing was seen of is no bound that holds.
    var isBad: Bool {
        switch verdict {
        case .ok: false
        case .failed: true
        case .notJudged: bound.isGiven
        }
    }

    /// Why it was not judged, or what tells the verdict.
    var reasonOrEvidence: String {
        if case .notJudged(let reason) = verdict { reason } else { evidence }
    }
}
