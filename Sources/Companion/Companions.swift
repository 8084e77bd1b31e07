/// The servers that are asked for their own numbers, and what must be remembered of each to make rates of counters.
public actor Companions {
    private let client: CompanionClient
    private var targets: [CompanionTarget]
    private var trackers: [String: CompanionTracker] = [:]
    private let readings = AbandonableWork<CompanionTarget>()

    /// - Parameter targets: With unique ids; of several with one id the last is asked.
    public init(targets: [CompanionTarget], client: CompanionClient = CompanionClient()) {
        self.client = client
        self.targets = targets
    }

    /// Watches other servers from now on. What is known of a target that stays as it is, is kept.
    public func replaceTargets(_ targets: [CompanionTarget]) {
        let unchanged = Set(self.targets).intersection(targets).map(\.id)
        trackers = trackers.filter { unchanged.contains($0.key) }
        self.targets = targets
    }

    /// Asks all servers at once and returns when the slowest has answered or run out of time.
    ///
    /// Cancelling the task ends it at once, with failures of code ``CompanionFailure/Code/cancelled``.
    public func readAll() async -> [String: CompanionOutcome] {
        await withTaskGroup { group in
            for target in targets {
                group.addTask { (target.id, await self.read(target)) }
            }
            var outcomes: [String: CompanionOutcome] = [:]
            for await (id, outcome) in group { outcomes[id] = outcome }
            return outcomes
        }
    }

    /// Asks one server, and returns when it has answered or its time is over.
    ///
    /// A target of which an earlier answer is still being read, long after its time, is not asked.
    public func read(_ target: CompanionTarget) async -> CompanionOutcome {
        outcome(of: await fetch(target), for: target)
    }

    /// Ends what is under way and closes every connection.
    public func shutdown() async {
        await client.shutdown()
    }

    private struct Fetched {
        var findings: Result<[CompanionFinding], CompanionFailure>
        var instant: ContinuousClock.Instant
        var duration: Duration
    }

    /// Fetches and reads outside the actor, and reads on a thread of its own, so that neither a large text nor an
    /// expression that takes long holds up anybody else.
    private nonisolated func fetch(_ target: CompanionTarget) async -> Fetched {
        let start = ContinuousClock.now
        let findings: Result<[CompanionFinding], CompanionFailure>
        var answered = start
        do throws(CompanionFailure) {
            guard !readings.isRunning(target) else {
                throw CompanionFailure(
                    .timedOut,
                    message: "\(target.url): an earlier answer is still being read; is an expression too slow?"
                )
            }
            let response = try await client.fetch(
                target.url,
                authorities: target.authorities,
                timeout: target.timeout
            )
            answered = .now
            findings = try await read(response, of: target, until: start + target.timeout)
        } catch {
            findings = .failure(error)
        }
        return Fetched(findings: findings, instant: answered, duration: .now - start)
    }

    private nonisolated func read(
        _ response: CompanionResponse,
        of target: CompanionTarget,
        until deadline: ContinuousClock.Instant
    ) async throws(CompanionFailure) -> Result<[CompanionFinding], CompanionFailure> {
        let findings = await readings.run(target, until: deadline) {
            Result { () throws(CompanionFailure) in
                target.mapping.findings(in: try target.document(from: response), until: deadline)
            }
        }
        if Task.isCancelled { throw .cancelled(target.url) }
        // What was found after the deadline may be a part.
        guard let findings, .now <= deadline else {
            throw CompanionFailure(
                .timedOut,
                message: "\(target.url): the answer could not be read within \(target.timeout), fetching included"
            )
        }
        return findings
    }

    private func outcome(of fetched: Fetched, for target: CompanionTarget) -> CompanionOutcome {
        let isWatched = targets.contains(target)
        var tracker = isWatched ? trackers[target.id] ?? CompanionTracker() : CompanionTracker()
        let result = fetched.findings.map { tracker.reading(of: $0, at: fetched.instant - Self.origin) }
        // The targets may have been replaced while this one was being asked.
        if isWatched { trackers[target.id] = tracker }
        return CompanionOutcome(result: result, duration: fetched.duration, refusedTotal: tracker.refusedTotal)
    }

    private static let origin = ContinuousClock.now
}

extension CompanionTarget {
    /// Reads an answer as this target's format.
    ///
    /// - Throws: ``CompanionFailure`` of code ``CompanionFailure/Code/malformed``.
    fileprivate func document(from response: CompanionResponse) throws(CompanionFailure) -> CompanionDocument {
        do {
            return try CompanionDocument(response.body, format: format, contentType: response.contentType)
        } catch {
            throw CompanionFailure(.malformed, message: error.description(of: url.description), line: error.line)
        }
    }
}
