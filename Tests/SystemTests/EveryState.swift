import NetworkLab
import SockDiag

/// A namespace with connections in every TCP state that can be held, made by hand. (CLOSE cannot: the kernel takes such
/// a socket out of its table.)
struct EveryState {
    /// Which addresses the clients come from.
    enum Clients: String, CaseIterable, Sendable {
        case ipv4 = "127.0.0.1"
        case ipv6 = "::1"
        /// IPv4 clients of a listener that serves both families.
        case mapped = "::ffff:127.0.0.1"

        var listening: String { self == .mapped ? "::" : rawValue }
        var target: String { self == .mapped ? "127.0.0.1" : rawValue }
    }

    let namespace: LabNamespace
    /// What was made, for each port of which all is known.
    private(set) var expected: [UInt16: [TCPState: Int]] = [:]
    private let clients: Clients
    private var open: [RawSocket] = []

    init(_ clients: Clients) throws {
        self.clients = clients
        namespace = try LabNamespace()
        try makeConnections()
        try makeSynReceived()
        try makeSynSent()
    }

    private mutating func makeConnections() throws {
        let listener = try listen()
        for _ in 0..<3 { _ = try connection(through: listener) }
        for _ in 0..<2 { try connection(through: listener).client.shutdownWriting() }
        try connection(through: listener).server.shutdownWriting()
        // Without a process: the kernel keeps it in FIN_WAIT2 as a small object of its own.
        try connection(through: listener).server.close()
        for _ in 0..<2 {
            let ended = try connection(through: listener)
            try ended.server.shutdownWriting()
            _ = try ended.client.read()
            ended.client.close()
        }
        // Behind data that the client does not read, a FIN waits.
        let finWait1 = try connection(through: listener)
        try finWait1.server.writeUntilFull()
        finWait1.server.close()
        let closing = try connection(through: listener)
        try closing.server.writeUntilFull()
        try closing.server.shutdownWriting()
        try closing.client.shutdownWriting()
        for _ in 0..<2 {
            let lastAck = try connection(through: listener)
            try lastAck.server.writeUntilFull()
            try lastAck.client.shutdownWriting()
            // Until the client's FIN has come, closing would lead to FIN_WAIT1.
            _ = try lastAck.server.read()
            lastAck.server.close()
        }
        expected[try listener.local.port] = [
            .listen: 1, .established: 3, .closeWait: 2, .finWait2: 2, .timeWait: 2, .finWait1: 1, .closing: 1,
            .lastAck: 2,
        ]
    }

    private mutating func makeSynReceived() throws {
        let deferring = try listen(defersAccept: true)
        for _ in 0..<2 { open.append(try namespace.connect(to: try target(of: deferring))) }
        expected[try deferring.local.port] = [.listen: 1, .synReceived: 2]
    }

    private mutating func makeSynSent() throws {
        let full = try listen(backlog: 0)
        open.append(try namespace.connect(to: try target(of: full)))
        let begun = try namespace.beginConnecting(to: try target(of: full))
        open.append(begun)
        expected[try begun.local.port] = [.synSent: 1]
    }

    private mutating func listen(backlog: Int32 = 128, defersAccept: Bool = false) throws -> RawSocket {
        let listener = try namespace.listen(
            on: Endpoint(clients.listening, 0),
            backlog: backlog,
            acceptsIPv4: clients == .mapped,
            defersAccept: defersAccept
        )
        open.append(listener)
        return listener
    }

    private func target(of listener: RawSocket) throws -> Endpoint {
        Endpoint(clients.target, try listener.local.port)
    }

    private mutating func connection(through listener: RawSocket) throws -> (client: RawSocket, server: RawSocket) {
        let client = try namespace.connect(to: try target(of: listener))
        let server = try listener.accept()
        open += [client, server]
        return (client, server)
    }
}
