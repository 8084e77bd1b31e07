internal import HostSystem
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import Synchronization

/// A check: watches the ports for a while, and judges.
struct Gate {
    var configuration: AgentConfiguration
    /// None: no bad condition may hold at the end.
    var bounds: [Bound]
    /// For how long to watch.
    var window: Duration
    var collectors = Collectors()
    var logger: Logger
    var progress: GateProgress?

    func run() async throws -> GateReport {
        var configuration = configuration
        configuration.sampling.interval = min(configuration.sampling.interval, Self.interval(for: window))
        let startedAt = WallClock.now
        let core = try AgentCore(configuration: configuration, collectors: collectors, logger: logger)
        let watch = GateWatch(
            observatory: core.observatory,
            window: window,
            pause: configuration.sampling.interval,
            progress: progress
        )
        var services = core.services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        services.append(.init(service: watch, successTerminationBehavior: .gracefullyShutdownGroup))
        do {
            try await ServiceGroup.runUntilSignal(services, logger: logger)
        } catch is CancellationError {
            // Something took too long to stop. What was seen stands.
        }
        let seen = watch.seen
        return GateReport(
            seen.window,
            bounds: bounds,
            collectors: collectors,
            startedAt: startedAt,
            wanted: window.inSeconds,
            isInterrupted: seen.isInterrupted
        )
    }

    /// Time between two samples: twenty in a short window, one a second in others.
    static func interval(for window: Duration) -> Duration {
        min(.seconds(1), max(AgentConfiguration.intervalRange.lowerBound, window / 20))
    }
}

/// Looks at what there is to see, again and again, until the window is over.
final class GateWatch: Service {
    struct Seen: Sendable {
        var window = GateWindow()
        var isInterrupted = false
    }

    private let observatory: Observatory
    private let window: Duration
    private let pause: Duration
    private let progress: GateProgress?
    private let state = Mutex(Seen())

    /// The kernel has so long to answer for the first time, and each time after.
    private static let patience = Duration.seconds(5)
    /// Seconds.
    private static let shortestPause = 0.01

    init(observatory: Observatory, window: Duration, pause: Duration, progress: GateProgress?) {
        self.observatory = observatory
        self.window = window
        self.pause = pause
        self.progress = progress
    }

    var seen: Seen { state.withLock(\.self) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await self.watch()
            } catch {
                self.state.withLock { $0.isInterrupted = true }
            }
        }
        progress?.end()
    }

    /// - Throws: `CancellationError` when the program is to end.
    private func watch() async throws {
        let start = MonotonicInstant.now
        let patience = Self.patience.inSeconds
        while true {
            let observation = await observatory.observe(within: Self.patience)
            try Task.checkCancellation()
            let (firstAt, seconds, samples) = state.withLock { state in
                state.window.add(observation)
                return (state.window.firstAt, state.window.seconds, state.window.samples)
            }
            // The window is over with the sample that is as old as it is long. A kernel that no longer answers brings none.
            let rest = window.inSeconds - seconds
            let deadline = firstAt?.advanced(by: window.inSeconds + patience) ?? start.advanced(by: patience)
            guard firstAt == nil || rest > 0, MonotonicInstant.now < deadline else { return }
            if firstAt != nil { progress?.show(seconds, of: window.inSeconds, samples: samples) }
            try await Task.sleep(for: firstAt == nil ? pause : min(pause, .seconds(max(rest, Self.shortestPause))))
        }
    }
}
