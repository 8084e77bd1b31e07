import FoundationEssentials
import NetworkLab
import SockDiag

/// What `sse-sockwatch list --json` printed.
struct Listing: Decodable {
    struct Socket: Decodable, Hashable {
        let state: String
        let localAddress: String
        let localPort: UInt16
        let remoteAddress: String
        let remotePort: UInt16
        let cookie: UInt64
        let inode: UInt32
        let uid: UInt32
        let receiveQueue: Int
        let sendQueue: Int
        var closeWaitAgeSeconds: Double?
        let stuck: String?
        var service: String?
        let processes: [Holder]?

        /// Without what passes with time.
        var timeless: Socket {
            var copy = self
            copy.closeWaitAgeSeconds = nil
            return copy
        }
    }

    struct Holder: Decodable, Hashable {
        let pid: Int32
        let command: String
        let fd: Int32
    }

    struct Port: Decodable {
        let port: UInt16
        let condition: String
        let tcpSockets: [String: Int]
    }

    let sockets: [Socket]
    let ports: [Port]

    /// Runs the program inside the namespace.
    init(of namespace: LabNamespace, _ arguments: String...) throws {
        try self.init(parsing: try namespace.run(BuiltProgram.path, ["list", "--json"] + arguments))
    }

    init(parsing text: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Listing.self, from: Data(text.utf8))
    }

    /// The sockets in the form in which those of `ss` come.
    var lines: SocketLines {
        get throws { SocketLines(try sockets.map { try SocketLine($0) }) }
    }
}

extension SocketLine {
    init(_ socket: Listing.Socket) throws {
        guard let state = TCPState(name: socket.state) else { throw LabError("a state unknown: \(socket.state)") }
        self.init(
            state: state,
            local: Endpoint(socket.localAddress, socket.localPort),
            remote: Endpoint(socket.remoteAddress, socket.remotePort),
            receiveQueue: socket.receiveQueue,
            sendQueue: socket.sendQueue
        )
    }
}
