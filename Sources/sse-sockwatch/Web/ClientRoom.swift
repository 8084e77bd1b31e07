internal import NIOCore
internal import Synchronization

/// The clients that are connected to one address, no more than there is room for: when another one comes, the one goes
/// that has been silent longest. So whoever holds connections open, a scraper that asks gets in and is answered. Those that
/// have never asked may have half of the room: a crowd of them does not turn out a scraper between two of its scrapes.
final class ClientRoom: Sendable {
    /// Tells a connection that it has to go.
    struct Eviction: Sendable {}

    private struct Client {
        let channel: any Channel
        /// The number of its last sign of life, among all of all clients.
        var lastSign: UInt64
        var hasAsked = false
        /// It has asked and has not been answered yet.
        var isWaiting = false

        var order: (Int, UInt64) { (isWaiting ? 1 : 0, lastSign) }
    }

    private struct State {
        var clients: [ObjectIdentifier: Client] = [:]
        var signs: UInt64 = 0

        mutating func nextSign() -> UInt64 {
            signs += 1
            return signs
        }

        /// One that waits for its answer goes only if all do.
        mutating func removeMostSilent() -> (any Channel)? {
            let neverAsked = clients.lazy.filter { !$0.value.hasAsked }
            let most =
                neverAsked.count > clients.count / 2
                ? neverAsked.min { $0.value.lastSign < $1.value.lastSign }
                : clients.min { $0.value.order < $1.value.order }
            return most.flatMap { clients.removeValue(forKey: $0.key) }?.channel
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    func enter(_ channel: any Channel) {
        let leaving = state.withLock { state in
            let leaving = state.clients.count >= capacity ? state.removeMostSilent() : nil
            state.clients[ObjectIdentifier(channel)] = Client(channel: channel, lastSign: state.nextSign())
            return leaving
        }
        leaving?.pipeline.fireUserInboundEventTriggered(Eviction())
    }

    func leave(_ channel: any Channel) {
        state.withLock { state in
            guard state.clients[ObjectIdentifier(channel)]?.channel === channel else { return }
            state.clients[ObjectIdentifier(channel)] = nil
        }
    }

    /// A request or an answer of a client.
    ///
    /// - Parameter isWaiting: whether it has asked and has no answer yet.
    func note(_ channel: any Channel, isWaiting: Bool) {
        state.withLock { state in
            guard var client = state.clients[ObjectIdentifier(channel)] else { return }
            client.lastSign = state.nextSign()
            client.isWaiting = isWaiting
            client.hasAsked = true
            state.clients[ObjectIdentifier(channel)] = client
        }
    }
}
