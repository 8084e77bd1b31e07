import NetworkLab
import Testing

@testable import SockDiag

/// A network namespace and what its destroyed sockets tell.
final class EventLab {
    let namespace: LabNamespace
    private var reader: DestroyEventReader
    let filter: DestroyEventFilter
    private(set) var events: [SocketRecord] = []

    init(receiveBufferSize: Int = 4 << 20) throws {
        let namespace = try LabNamespace()
        self.namespace = namespace
        reader = try namespace.perform { try DestroyEventReader(receiveBufferSize: receiveBufferSize) }
        filter = try reader.filter()
    }

    var receiveBufferSize: Int { reader.receiveBufferSize }
    var lostEvents: UInt32? { reader.lostEvents() }

    @discardableResult
    func next(timeout: Duration = .seconds(10)) throws -> DestroyEventReader.Outcome {
        try reader.next(timeout: timeout) { events.append(copy $0) }
    }

    /// Waits for the event of a socket.
    func event(of cookie: UInt64) throws -> SocketRecord {
        while true {
            if let event = events.first(where: { $0.cookie == cookie }) { return event }
            let outcome = try next()
            guard case .events = outcome else { throw LabError("no event of socket \(cookie): \(outcome)") }
        }
    }

    func events(of cookies: Set<UInt64>) -> [SocketRecord] { events.filter { cookies.contains($0.cookie) } }

    /// A connection through a listener of its own, which is closed at once.
    func connection(on address: String = "127.0.0.1", from client: String? = nil) throws -> (
        client: RawSocket, server: RawSocket
    ) {
        let listener = try namespace.listen(on: Endpoint(address, 0), acceptsIPv4: client != nil)
        defer { listener.close() }
        guard let client else { return try namespace.connection(through: listener) }
        let connected = try namespace.connect(to: Endpoint(client, try listener.local.port))
        return (connected, try listener.accept())
    }
}
