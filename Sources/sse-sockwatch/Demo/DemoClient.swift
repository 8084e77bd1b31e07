import NIOCore
import NIOHTTP1
import NIOPosix

/// One client of the demo: streams one after the other, with pauses that grow while the server does not answer.
struct DemoClient: Sendable {
    private let host: String
    private let port: Int
    private let settings: DemoClients.Settings
    private let staysForEver: Bool
    private let tally: DemoClientTally
    private let group: any EventLoopGroup
    private var random: DemoRandom
    private var lastEventID: String?

    init(
        host: String,
        port: Int,
        settings: DemoClients.Settings,
        number: Int,
        tally: DemoClientTally,
        group: any EventLoopGroup
    ) {
        self.host = host
        self.port = port
        self.settings = settings
        self.tally = tally
        self.group = group
        staysForEver = number < settings.staying
        random = DemoRandom(seed: settings.seed &+ UInt64(number))
    }

    /// Runs until the task is cancelled.
    mutating func run() async {
        // Clients that begin all at once would overflow a small accept queue.
        try? await Task.sleep(for: random.duration(in: .zero...settings.pause))
        var failuresInRow = 0
        while !Task.isCancelled {
            let stay = staysForEver ? nil : random.duration(in: settings.stay)
            let outcome = await hold(for: stay)
            lastEventID = outcome.lastEventID ?? lastEventID
            failuresInRow = outcome.isStream ? 0 : failuresInRow + 1
            // The shift is bounded, for a server may be away for days.
            let longest = min(settings.pause * (1 << min(failuresInRow, 10)), settings.longestPause)
            // Half of the pause is chance, so that clients do not come back all at once. Throws when cancelled only.
            try? await Task.sleep(for: random.duration(in: longest / 2...longest))
        }
    }

    /// Holds one stream for the given time, or until the server ends it.
    private func hold(for stay: Duration?) async -> DemoClientHandler.Outcome {
        let outcome = group.next().makePromise(of: DemoClientHandler.Outcome.self)
        let bootstrap = ClientBootstrap(group: outcome.futureResult.eventLoop)
            .connectTimeout(TimeAmount(settings.patience))
            .channelInitializer { [settings, tally, lastEventID, host, port] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        DemoClientHandler(
                            authority: DemoServer.authority(host: host, port: port),
                            stay: stay,
                            settings: settings,
                            lastEventID: lastEventID,
                            tally: tally,
                            outcome: outcome
                        )
                    )
                }
            }
        do {
            let channel = try await bootstrap.connect(host: host, port: port).get()
            return try await withTaskCancellationHandler {
                try await outcome.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            // Refused, or no connection in time: the handler never became active, and so reports nothing.
            outcome.succeed(DemoClientHandler.Outcome())
            tally.count { $0.failures += 1 }
            return DemoClientHandler.Outcome()
        }
    }
}

extension DemoRandom {
    mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double.random(in: 0...1, using: &self)
    }
}
