internal import Dispatch
internal import HostSystem
internal import Logging
internal import ServiceLifecycle
internal import SockDiag
internal import SockWatch
internal import Synchronization

/// Samples the kernel on a thread of its own: on schedule, and in between when somebody needs fresh numbers.
final class Sampler: Service {
    struct Settings: Hashable, Sendable {
        var source: WatchSource
        /// Seconds between scheduled samples.
        var interval: Double
        /// The share of one core that the agent may take.
        var processorShare: Double
        /// How far single connections are looked at. What is on at the start stays on.
        var evidence = EvidenceSettings()
        /// The receive buffer for the events of connections that end. What it is at the start, it stays.
        var eventBufferBytes = 4 << 20
        var namespaces = NamespaceSelection.own
    }

    private struct State {
        var settings: Settings
        var latest = Sample.none
        var waiters: [UInt64: CheckedContinuation<Sample, Never>] = [:]
        var lastWaiter: UInt64 = 0
        var isStopping = false
        /// What servers have said of their connections since the last sample, by the ports that they speak for.
        var answers: [PortSet: CompanionAnswer] = [:]

        /// The newest sample, unless it is older.
        func sample(noOlderThan seconds: Double) -> Sample? {
            let isFresh =
                latest.attemptedAt.nanoseconds > 0
                && MonotonicInstant.now.seconds(since: latest.attemptedAt) <= seconds
            return isFresh ? latest : nil
        }
    }

    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)
    private let open: KernelSampler.Opening
    private let logger: Logger

    /// - Parameter open: opens what is sampled.
    init(
        settings: Settings,
        logger: Logger,
        open: @escaping KernelSampler.Opening = { () throws(SockDiagError) in try KernelTable.open() }
    ) {
        state = Mutex(State(settings: settings))
        self.open = open
        self.logger = logger
    }

    /// The newest sample, however old it is.
    var latest: Sample { state.withLock { $0.latest } }

    /// How many wait for a sample that is not there yet.
    var waiting: Int { state.withLock { $0.waiters.count } }

    /// Notes what a server says of its connections on all these ports: the next sample is held against it.
    func note(_ answer: CompanionAnswer, ports: PortSet) {
        state.withLock { $0.answers[ports] = answer }
    }

    /// Takes effect at once: the next sample is taken by these settings, and now.
    func adopt(_ settings: Settings) {
        state.withLock { state in
            let started = state.settings.evidence
            let buffer = state.settings.eventBufferBytes
            state.settings = settings
            state.settings.evidence.isOn = started.isOn
            state.settings.evidence.hasEvents = started.hasEvents
            state.settings.eventBufferBytes = buffer
            state.settings.evidence.countsCgroups = started.countsCgroups
        }
        wake.signal()
    }

    func run() async throws {
        let (ended, end) = AsyncThrowingStream.makeStream(of: Never.self)
        try DedicatedThread.start { [self] in
            do throws(NetworkNamespaceError) {
                try sampleUntilStopped()
                end.finish()
            } catch {
                end.finish(throwing: CommandFailure(error.description))
            }
        }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                for try await _ in ended {}
            } onGracefulShutdown: {
                self.stop()
            }
        } onCancel: {
            self.stop()
        }
    }

    private func stop() {
        state.withLock { $0.isStopping = true }
        wake.signal()
    }

    /// A sample no older than `seconds`. All who ask meanwhile share one. When it does not come in time, or the sampler
    /// is stopping, the newest there is.
    func sample(noOlderThan seconds: Double, within patience: Duration) async -> Sample {
        if let fresh = state.withLock({ $0.sample(noOlderThan: seconds) }) { return fresh }
        return await withTaskGroup(of: Sample.self) { group in
            group.addTask { await self.nextSample(noOlderThan: seconds) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return self.latest
            }
            let first = await group.next() ?? latest
            group.cancelAll()
            return first
        }
    }

    private func nextSample(noOlderThan seconds: Double) async -> Sample {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Sample? = state.withLock { state in
                    if let fresh = state.sample(noOlderThan: seconds) { return fresh }
                    if state.isStopping || Task.isCancelled { return state.latest }
                    state.waiters[number] = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) } else { wake.signal() }
            }
        } onCancel: {
            let (waiter, latest) = state.withLock { ($0.waiters.removeValue(forKey: number), $0.latest) }
            waiter?.resume(returning: latest)
        }
    }

    /// - Throws: when a network namespace that was named may not be entered.
    private func sampleUntilStopped() throws(NetworkNamespaceError) {
        var settings = state.withLock { $0.settings }
        let listener = startListener(settings)
        defer { listener?.stop() }
        var sampler = WatchedNamespaces(
            settings.namespaces,
            NamespaceWatch.Environment(
                open: open,
                evidence: settings.evidence,
                listener: listener,
                eventBufferBytes: settings.eventBufferBytes,
                logger: logger
            )
        )
        try sampler.begin()
        var schedule = settings.schedule()
        var wasGood = true
        var lastShortcoming: String?
        sampler.setInterval(settings.interval)

        while true {
            let (current, isAsked, isStopping) = state.withLock { ($0.settings, !$0.waiters.isEmpty, $0.isStopping) }
            if isStopping { break }
            if current != settings {
                settings = current
                schedule = settings.schedule()
                sampler.adopt(settings.namespaces)
                sampler.setInterval(settings.interval)
                sampler.adopt(settings.evidence)
            }
            let start = MonotonicInstant.now
            if let work = schedule.work(at: start, isAsked: isAsked) {
                var sample: Sample?
                switch work {
                case .sample(let kind): sample = take(kind, settings.source, by: &sampler)
                case .listeners: sampler.lookAtListeners()
                }
                schedule.note(work, from: start, to: .now, used: .now)
                sampler.setInterval(schedule.interval)
                if let sample {
                    report(sample, wasGood: &wasGood, lastShortcoming: &lastShortcoming)
                    publish(sample)
                }
            }
            _ = wake.wait(timeout: .now() + schedule.pause(from: .now))
        }
        publish(latest)
    }

    private func take(
        _ kind: Engine.SampleKind,
        _ source: WatchSource,
        by sampler: inout WatchedNamespaces
    ) -> Sample {
        let answers = state.withLock { state in
            defer { state.answers = [:] }
            return state.answers
        }
        for (ports, answer) in answers { sampler.note(answer, ports: ports) }
        return sampler.sample(kind, source)
    }

    private func startListener(_ settings: Settings) -> ConnectionEndListener? {
        guard settings.evidence.hasEvents else { return nil }
        do {
            return try ConnectionEndListener(logger: logger)
        } catch {
            logger.warning(
                "connections that end cannot be heard of; churn is a lower bound",
                metadata: ["reason": "\(error)"]
            )
            return nil
        }
    }

    private func publish(_ sample: Sample) {
        let waiters = state.withLock { state in
            state.latest = sample
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: sample) }
    }

    /// Says once what samples lack, once that sampling fails, and once that it works again.
    private func report(_ sample: Sample, wasGood: inout Bool, lastShortcoming: inout String?) {
        if let shortcoming = sample.shortcoming, shortcoming != lastShortcoming {
            logger.warning("the sockets are seen in part", metadata: ["reason": "\(shortcoming)"])
        }
        lastShortcoming = sample.shortcoming ?? lastShortcoming
        let isGood = sample.failure == nil
        defer { wasGood = isGood }
        guard isGood != wasGood else { return }
        if let failure = sample.failure {
            logger.error("cannot sample the kernel; the last good sample is served", metadata: ["reason": "\(failure)"])
        } else {
            logger.notice("sampling works again")
        }
    }
}

extension Sampler.Settings {
    /// One whose first sample is due now.
    fileprivate func schedule() -> SamplingSchedule {
        SamplingSchedule(interval: interval, share: processorShare, at: .now, used: .now)
    }
}

extension SamplingSchedule.Used {
    /// Of the calling thread, and its process.
    fileprivate static var now: SamplingSchedule.Used {
        SamplingSchedule.Used(
            sampling: Double(MonotonicClock.threadNanoseconds) / 1e9,
            all: Double(MonotonicClock.processNanoseconds) / 1e9
        )
    }
}
