import NetworkLab
import SockDiag

/// A socket as `ss` and the agent both show it, in one form, so that they can be compared.
struct SocketLine: Hashable, CustomStringConvertible {
    let state: TCPState
    let local: Endpoint
    let remote: Endpoint
    let receiveQueue: Int
    let sendQueue: Int

    var description: String { "\(state) \(local) \(remote) \(receiveQueue) \(sendQueue)" }
}

extension SocketLine {
    init(_ socket: SsOutput.Socket) throws {
        guard let state = TCPState(name: socket.state) else { throw LabError("a state unknown: \(socket.state)") }
        self.init(
            state: state,
            local: Self.plain(socket.local),
            remote: Self.plain(socket.remote),
            receiveQueue: socket.receiveQueue,
            sendQueue: socket.sendQueue
        )
    }

    init(_ record: borrowing SocketRecord) {
        self.init(
            state: record.state,
            local: Endpoint(record.local.address.description, record.local.port),
            remote: Endpoint(record.remote.address.description, record.remote.port),
            receiveQueue: Int(record.receiveQueue),
            sendQueue: Int(record.sendQueue)
        )
    }

    /// `ss` shows IPv4 addresses of IPv6 sockets as mapped ones, and "::" of a listener for both families as "*".
    private static func plain(_ endpoint: Endpoint) -> Endpoint {
        let mapped = "::ffff:"
        if endpoint.address == "*" { return Endpoint("::", endpoint.port) }
        guard endpoint.address.hasPrefix(mapped), endpoint.address.contains(".") else { return endpoint }
        return Endpoint(String(endpoint.address.dropFirst(mapped.count)), endpoint.port)
    }
}

/// All sockets of a namespace at one moment, as one of the witnesses saw them.
struct SocketLines: Equatable, CustomStringConvertible {
    private(set) var counts: [SocketLine: Int] = [:]

    init(_ lines: some Sequence<SocketLine>) {
        for line in lines { counts[line, default: 0] += 1 }
    }

    init(ss namespace: LabNamespace) throws {
        self.init(try SsOutput(of: namespace).sockets.map { try SocketLine($0) })
    }

    /// How many sockets each local port has in each state.
    var states: [UInt16: [TCPState: Int]] {
        counts.reduce(into: [:]) { states, line in
            states[line.key.local.port, default: [:]][line.key.state, default: 0] += line.value
        }
    }

    var description: String { counts.keys.map(\.description).sorted().joined(separator: "; ") }
}
