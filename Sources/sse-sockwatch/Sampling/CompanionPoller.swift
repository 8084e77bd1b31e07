internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import Synchronization

/// Asks the servers for their own numbers, as often as the kernel is sampled. Scrapes do not make it ask more often: a
/// second Prometheus must change neither a rate nor the load on the server.
final class CompanionPoller: Service {
    struct Settings: Hashable, Sendable {
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
        /// The pause between two rounds, while it lasts.
        var pause: Task<Void, Never>?
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

    var latest: Round { state.withLock { $0.latest } }

    /// Watches other servers, from now on. What is known of those that go or change is forgotten at once.
    func adopt(_ settings: Settings) async {
        await companions.replaceTargets(settings.targets)
        let pause = state.withLock { state in
            let unchanged = Self.ids(in: state.settings.targets, and: settings.targets)
            state.settings = settings
            state.latest.outcomes = state.latest.outcomes.filter { unchanged.contains($0.key) }
            state.down.formIntersection(unchanged)
            return state.pause
        }
        // The pause was for the old interval and the old servers.
        pause?.cancel()
    }

    /// The targets that are the same in both, by their ids.
    private static func ids(in old: [CompanionTarget], and new: [CompanionTarget]) -> Set<String> {
        Set(Set(old).intersection(new).map(\.id))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let start = MonotonicInstant.now
                let asked = self.state.withLock { $0.settings }
                await self.poll(asked.targets, start)
                await self.pause(asked, since: start)
            }
        }
        await companions.shutdown()
    }

    /// Lets the rest of the interval pass. Other settings end it at once.
    private func pause(_ asked: Settings, since start: MonotonicInstant) async {
        let pause: Task<Void, Never>? = state.withLock { state in
            let rest = asked.interval - MonotonicInstant.now.seconds(since: start)
            guard rest > 0, state.settings == asked else { return nil }
            let pause = Task<Void, Never> { try? await Task.sleep(for: .seconds(rest)) }
            state.pause = pause
            return pause
        }
        guard let pause else { return }
        await withTaskCancellationHandler {
            await pause.value
        } onCancel: {
            pause.cancel()
        }
    }

    private func poll(_ asked: [CompanionTarget], _ start: MonotonicInstant) async {
        let outcomes = await companions.readAll()
        guard !Task.isCancelled else { return }
        let end = MonotonicInstant.now
        let round = state.withLock { state in
            // The servers may have been replaced while they were asked.
            let unchanged = Self.ids(in: asked, and: state.settings.targets)
            state.latest = Round(
                outcomes: outcomes.filter { unchanged.contains($0.key) },
                duration: end.seconds(since: start),
                endedAt: end
            )
            return state.latest
        }
        sampler?.note(active: Self.active(in: round))
        report(round.outcomes)
    }

    /// What each server of one port says of its connections. Of several ports the kernel's counts would have to be added
    /// up, so they are not held against it.
    private static func active(in round: Round) -> [UInt16: Double?] {
        var active: [UInt16: Double?] = [:]
        for (id, outcome) in round.outcomes {
            guard let port = UInt16(id) else { continue }
            active.updateValue(outcome.reading?.activeConnections, forKey: port)
        }
        return active
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
