import SockDiag
import SockWatch
import Synchronization
import Testing

@testable import sse_sockwatch

/// A web server on loopback over a simulated kernel.
enum WebLab {
    static let sockets: [SocketRecord] = [
        .example(.listen, cookie: 1), .example(.established, cookie: 2), .example(.closeWait, cookie: 3),
    ]

    /// Runs the server for the time of `body`, which gets its port. Without `samples` the sampler does not run.
    static func withServer(
        _ change: (inout WebServer.Settings) -> Void = { _ in },
        script: TableScript = TableScript(.sockets(sockets)),
        samples: Bool = true,
        security: String? = nil,
        reload: @escaping @Sendable () async -> Reloader.Outcome = { .nothing },
        _ body: (Int) async throws -> Void
    ) async throws {
        let logger = LogRecorder().logger
        let plan = WatchPlan(ports: [WatchedPort(port: 8080, name: "orders")])
        let sampler = Sampler(
            settings: Sampler.Settings(source: .configured(plan), interval: 3600, processorShare: 1),
            logger: logger,
            open: script.opening
        )
        var settings = WebServer.Settings()
        change(&settings)
        let listening = Listening()
        let server = WebServer(
            settings: settings,
            listeners: [try .open(.tcp(host: "127.0.0.1", port: 0))],
            observatory: Observatory(sampler: sampler, poller: nil, configuration: AgentConfiguration()),
            security: try WebSecurity(file: security, logger: logger),
            logger: logger,
            reload: reload
        ) { listener in listening.port.withLock { $0 = listener.port } }
        let sampling = Task { if samples { try await sampler.run() } }
        let serving = Task { try await server.run() }
        do {
            try await DemoLab.eventually("it listens") { listening.port.withLock { $0 } != nil }
            if samples { try await DemoLab.eventually("a sample") { sampler.latest.attemptedAt.nanoseconds > 0 } }
            try await body(listening.port.withLock { $0 } ?? 0)
        } catch {
            sampling.cancel()
            serving.cancel()
            throw error
        }
        sampling.cancel()
        serving.cancel()
        _ = await serving.result
        try await sampling.value
    }

    private final class Listening: Sendable {
        let port = Mutex<Int?>(nil)
    }
}
