internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import Synchronization

/// Asks the servers for their own numbers, as often as the kernel is sampled. Scrapes do not make it ask more often: a
/// second Prometheus must change neither a rate nor the load on the server.
final class CompanionPoller: Service {
    struct Settings: Sendable {
        var targets: [CompanionTarget]
        /// Seconds between two rounds.
        var interval: Double
    }

    /// What the last round brought.
    struct Round: Sendable {
        /// By the id of the target.
        var outcomes: [String: CompanionOutcome] = [:]
        /// How long it took, in seconds.
        var duration: Double = 0
        /// Nil before the first.
        var endedAt: MonotonicInstant?
    }

    private struct State {
        var settings: Settings
        var latest = Round()
        /// Targets that did not answer the last time, so that the log says it once.
        var down: Set<String> = []
    }

    private let state: Mutex<State>
    private let companions: Companions
    private let logger: Logger

    init(settings: Settings, logger: Logger) {
        state = Mutex(State(settings: settings))
        companions = Companions(targets: settings.targets)
        self.logger = logger
    }

    var latest: Round { state.withLock { $0.latest } }

    /// Watches other servers from the next round on. What is known of those that go is forgotten at once.
    func adopt(_ settings: Settings) async {
        await companions.replaceTargets(settings.targets)
        let ids = Set(settings.targets.map(\.id))
        state.withLock { state in
            state.settings = settings
            state.latest.outcomes = state.latest.outcomes.filter { ids.contains($0.key) }
            state.down.formIntersection(ids)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let start = MonotonicInstant.now
                await self.poll(start)
                let interval = self.state.withLock { $0.settings.interval }
                let pause = max(0, interval - MonotonicInstant.now.seconds(since: start))
                try? await Task.sleep(for: .seconds(pause))
            }
        }
        await companions.shutdown()
    }

    private func poll(_ start: MonotonicInstant) async {
        let outcomes = await companions.readAll()
        guard !Task.isCancelled else { return }
        let end = MonotonicInstant.now
        state.withLock { state in
            let ids = Set(state.settings.targets.map(\.id))
            state.latest = Round(
                outcomes: outcomes.filter { ids.contains($0.key) },
                duration: end.seconds(since: start),
                endedAt: end
            )
        }
        report(outcomes)
    }

    /// Says once that a server does not answer, and once that it answers again.
    private func report(_ outcomes: [String: CompanionOutcome]) {
        for (id, outcome) in outcomes.sorted(by: { $0.key < $1.key }) {
            let wasDown = state.withLock { state in
                outcome.isUp ? state.down.remove(id) != nil : !state.down.insert(id).inserted
            }
            if let failure = outcome.failure, !wasDown {
                logger.warning(
                    "cannot read the server's own numbers",
                    metadata: ["port": "\(id)", "reason": "\(failure)"]
                )
            } else if outcome.isUp && wasDown {
                logger.notice("the server's own numbers can be read again", metadata: ["port": "\(id)"])
            }
        }
    }
}
