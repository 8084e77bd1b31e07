internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockDiag
internal import SockWatch
internal import Synchronization

/// Asks the servers for their own numbers, each as often as the kernel is sampled, whatever the others do. Scrapes do
/// not make it ask more often: a second Prometheus must change neither a rate nor the load on a server.
final class CompanionPoller: Service {
    struct Settings: Hashable, Sendable {
        var targets: [CompanionTarget]
        /// Seconds between two questions to one server.
        var interval: Double
    }

    /// What is known of all servers at one moment.
    struct Round: Equatable, Sendable {
        /// By the id of the target.
        var outcomes: [String: CompanionOutcome] = [:]
        /// How many targets have not been asked yet.
        var pending = 0
        /// How long the slowest took, in seconds.
        var duration: Double = 0
        /// When the last outcome came, nil before the first.
        var endedAt: MonotonicInstant?

        /// Whether every server was asked and answered.
        var isGood: Bool { pending == 0 && outcomes.values.allSatisfy(\.isUp) }
    }

    private struct Asked {
        var outcome: CompanionOutcome
        var at: MonotonicInstant
    }

    private struct State {
        var settings: Settings
        var asked: [CompanionTarget: Asked] = [:]
        var endedAt: MonotonicInstant?
        /// Targets that did not answer the last time, so that the log says it once.
        var down: Set<CompanionTarget> = []
        /// Nil while the poller does not run.
        var loops: [CompanionTarget: Task<Void, Never>]?
        /// The pauses between two questions, while they last.
        var pauses: [CompanionTarget: Task<Void, Never>] = [:]
    }

    private let state: Mutex<State>
    private let companions: Companions
    private let logger: Logger
    private let sampler: Sampler?

    init(settings: Settings, logger: Logger, sampler: Sampler? = nil) {
        state = Mutex(State(settings: settings))
        companions = Companions(targets: settings.targets)
        self.logger = logger
        self.sampler = sampler
    }

    var latest: Round { latest(at: .now) }

    /// What is known at an instant. An outcome that should have been followed by another long ago is not repeated: its
    /// server counts as down.
    func latest(at now: MonotonicInstant) -> Round {
        state.withLock { state in
            var round = Round(endedAt: state.endedAt)
            for target in state.settings.targets {
                guard let asked = state.asked[target] else {
                    round.pending += 1
                    continue
                }
                let age = now.seconds(since: asked.at)
                let isStale = age > 2 * state.settings.interval + target.timeout.inSeconds
                round.outcomes[target.id] = isStale ? asked.outcome.expired(target, age) : asked.outcome
                round.duration = max(round.duration, asked.outcome.duration.inSeconds)
            }
            return round
        }
    }

    /// Watches other servers, from now on. What is known of those that go or change is forgotten at once.
    func adopt(_ settings: Settings) async {
        await companions.replaceTargets(settings.targets)
        let outdated = state.withLock { state in
            let gone = Set(state.settings.targets).subtracting(settings.targets)
            for target in gone { note(CompanionAnswer(active: nil, asked: .now), of: target) }
            state.settings = settings
            state.asked = state.asked.filter { !gone.contains($0.key) }
            state.down.subtract(gone)
            let loops = gone.compactMap { state.loops?.removeValue(forKey: $0) }
            // The pauses were for the old interval.
            return loops + state.pauses.values
        }
        for task in outdated { task.cancel() }
        startLoops()
    }

    func run() async throws {
        state.withLock { $0.loops = [:] }
        startLoops()
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
        let loops = state.withLock { state in
            defer { state.loops = nil }
            return state.loops ?? [:]
        }
        for loop in loops.values { loop.cancel() }
        for loop in loops.values { await loop.value }
        await companions.shutdown()
    }

    /// Starts a loop for every target that has none. While the poller does not run there are none.
    private func startLoops() {
        state.withLock { state in
            guard state.loops != nil else { return }
            for target in state.settings.targets where state.loops?[target] == nil {
                state.loops?[target] = Task { await self.watch(target) }
            }
        }
    }

    private func watch(_ target: CompanionTarget) async {
        while !Task.isCancelled {
            let start = MonotonicInstant.now
            let interval = state.withLock { $0.settings.interval }
            let outcome = await companions.read(target)
            guard !Task.isCancelled else { return }
            publish(outcome, of: target, asked: start)
            await pause(target, interval, since: start)
        }
    }

    /// What a server says is held against the kernel's count of the ports that its target is called by.
    private func note(_ answer: CompanionAnswer, of target: CompanionTarget) {
        guard let sampler, let ports = try? PortSet(target.id) else { return }
        sampler.note(answer, ports: ports)
    }

    /// Lets the rest of the interval pass. Another interval ends it at once.
    private func pause(_ target: CompanionTarget, _ interval: Double, since start: MonotonicInstant) async {
        let pause: Task<Void, Never>? = state.withLock { state in
            let rest = interval - MonotonicInstant.now.seconds(since: start)
            guard rest > 0, state.settings.interval == interval else { return nil }
            let pause = Task<Void, Never> { try? await Task.sleep(for: .seconds(rest)) }
            state.pauses[target] = pause
            return pause
        }
        guard let pause else { return }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
        state.withLock { state in
            if state.pauses[target] == pause { state.pauses[target] = nil }
        }
    }

    /// Says once that a server does not answer, and once that it answers again.
    private func publish(_ outcome: CompanionOutcome, of target: CompanionTarget, asked: MonotonicInstant) {
        let now = MonotonicInstant.now
        let wasDown: Bool? = state.withLock { state in
            // The servers may have been replaced while this one was asked.
            guard state.settings.targets.contains(target) else { return nil }
            state.asked[target] = Asked(outcome: outcome, at: now)
            state.endedAt = now
            note(CompanionAnswer(active: outcome.reading?.activeConnections, asked: asked), of: target)
            return outcome.isUp ? state.down.remove(target) != nil : !state.down.insert(target).inserted
        }
        guard let wasDown else { return }
        if let failure = outcome.failure, !wasDown {
            logger.warning(
                "cannot read the server's own numbers",
                metadata: ["port": "\(target.id)", "reason": "\(failure)"]
            )
        } else if outcome.isUp && wasDown {
            logger.notice("the server's own numbers can be read again", metadata: ["port": "\(target.id)"])
        }
    }
}

extension CompanionOutcome {
    /// What takes the place of an outcome that is too old to be shown.
    fileprivate func expired(_ target: CompanionTarget, _ age: Double) -> CompanionOutcome {
        let message = "\(target.url): nothing was read for \(Int(age)) seconds"
        return CompanionOutcome(
            result: .failure(failure ?? CompanionFailure(.timedOut, message: message)),
            duration: duration,
            refusedTotal: refusedTotal
        )
    }
}
