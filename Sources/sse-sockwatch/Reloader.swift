internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import SockWatch
internal import Synchronization
internal import UnixSignals

/// Reads the configuration again, on SIGHUP or on request. One that is wrong changes nothing.
final class Reloader: Service {
    enum Outcome: Sendable {
        case reloaded
        /// There is no file.
        case nothing
        case refused(reason: String)
    }

    private let sampler: Sampler
    private let poller: CompanionPoller?
    private let observatory: Observatory
    private let load: (@Sendable () throws -> AgentConfiguration)?
    private let logger: Logger
    /// Trapped from the beginning, so that no signal is lost that comes before ``run()``.
    private let hangups: UnixSignalsSequence
    /// The last one that was asked for: each begins when the one before it is over.
    private let last = Mutex<Task<Outcome, Never>?>(nil)

    init(
        sampler: Sampler,
        poller: CompanionPoller?,
        observatory: Observatory,
        load: (@Sendable () throws -> AgentConfiguration)?,
        logger: Logger
    ) async {
        self.sampler = sampler
        self.poller = poller
        self.observatory = observatory
        self.load = load
        self.logger = logger
        hangups = await UnixSignalsSequence(trapping: .sighup)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in self.hangups {
                _ = await self.reload()
            }
        }
    }

    func reload() async -> Outcome {
        let task = last.withLock { last in
            let task = Task { [before = last] in
                _ = await before?.value
                return await self.reloadNow()
            }
            last = task
            return task
        }
        return await task.value
    }

    private func reloadNow() async -> Outcome {
        guard let load else {
            logger.notice("nothing to reload: there is no configuration file")
            return .nothing
        }
        do {
            let configuration = try load()
            let companions = try configuration.companionSettings()
            sampler.adopt(configuration.samplerSettings)
            await poller?.adopt(companions)
            observatory.noteReload(of: configuration)
            logger.notice("the configuration was reloaded")
            return .reloaded
        } catch {
            observatory.noteReload(of: nil)
            logger.error("the configuration was not reloaded; the old one stays", metadata: ["reason": "\(error)"])
            return .refused(reason: "\(error)")
        }
    }
}
