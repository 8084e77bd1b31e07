internal import Companion
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Reads the configuration again on SIGHUP. One that is wrong changes nothing.
struct Reloader: Service {
    let sampler: Sampler
    let poller: CompanionPoller?
    let observatory: Observatory
    let load: (@Sendable () throws -> AgentConfiguration)?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                await self.reload()
            }
        }
    }

    func reload() async {
        guard let load else {
            logger.notice("nothing to reload: there is no configuration file")
            return
        }
        do {
            let configuration = try load()
            let companions = try configuration.companionSettings()
            sampler.adopt(configuration.samplerSettings)
            await poller?.adopt(companions)
            observatory.noteReload(of: configuration)
            logger.notice("the configuration was reloaded")
        } catch {
            observatory.noteReload(of: nil)
            logger.error("the configuration was not reloaded; the old one stays", metadata: ["reason": "\(error)"])
        }
    }
}
