import NIOCore
import Synchronization

/// A handful of clients that behave as browsers do: they hold an event stream for a while, close it properly, and come
/// back with the id of the last event they got.
struct DemoClients: Sendable {
    struct Settings: Sendable {
        var count = 12
        /// So many of the clients never close of their own accord.
        var staying = 4
        /// How long the other clients hold a stream.
        var stay: ClosedRange<Duration> = .seconds(2) ... .seconds(8)
        /// The wait before a client comes back; doubled for each failure in a row, up to `longestPause`.
        var pause: Duration = .milliseconds(200)
        var longestPause: Duration = .seconds(3)
        /// A client gives up a connection that is not made, or a request that is not answered, after so long.
        var patience: Duration = .seconds(2)
        /// After its own FIN a client waits so long for that of the server.
        var farewell: Duration = .milliseconds(500)
        var seed: UInt64 = 1
    }

    /// What all clients together have done and received since the start.
    struct Counts: Sendable, Equatable {
        /// Streams that a server opened, and those among them that were asked for with a Last-Event-ID.
        var streams = 0
        var reconnections = 0
        /// Connections that were refused, not answered in time, or answered with something else than a stream.
        var failures = 0
        var heartbeats = 0
        var events = 0
    }

    private let tally: DemoClientTally
    private let running: Task<Void, Never>

    /// Starts clients of the given server; the group stays the caller's to shut down after `stop()`.
    static func start(
        host: String = "127.0.0.1",
        port: Int,
        settings: Settings = Settings(),
        group: any EventLoopGroup
    ) -> DemoClients {
        let tally = DemoClientTally()
        let running = Task {
            await withDiscardingTaskGroup { clients in
                for number in 0..<settings.count {
                    var client = DemoClient(
                        host: host,
                        port: port,
                        settings: settings,
                        number: number,
                        tally: tally,
                        group: group
                    )
                    clients.addTask { await client.run() }
                }
            }
        }
        return DemoClients(tally: tally, running: running)
    }

    var counts: Counts { tally.counts }

    /// Closes every client, and returns when the last connection is closed, which an attempt to connect that is not
    /// answered can hold up for `patience`. May be called again.
    func stop() async {
        running.cancel()
        await running.value
    }
}

/// The counts of all clients, written from their event loops.
final class DemoClientTally: Sendable {
    private let stored = Mutex(DemoClients.Counts())

    var counts: DemoClients.Counts { stored.withLock { $0 } }

    func count(_ change: (inout DemoClients.Counts) -> Void) { stored.withLock { change(&$0) } }
}
