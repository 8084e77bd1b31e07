/// What `ss` says about the TCP sockets of a namespace: the second opinion that the agent is held against.
public struct SsOutput: Sendable {
    /// One line of `ss`.
    public struct Socket: Hashable, Sendable {
        /// As `ss` writes it: "ESTAB", "CLOSE-WAIT", "LISTEN", "SYN-RECV", "FIN-WAIT-2", "UNCONN", ...
        public let state: String
        /// Unread bytes; of a listening socket the length of the accept queue.
        public let receiveQueue: Int
        /// Bytes not acknowledged; of a listening socket the limit of the accept queue.
        public let sendQueue: Int
        public let local: Endpoint
        /// The port is 0 where `ss` writes "*".
        public let remote: Endpoint
        /// The `key:value` words that follow: "timer", "uid", "ino", "sk", "cgroup" with `-e`, "rto", "bytes_acked" and
        /// so on with `-i`.
        public let details: [String: String]

        /// A number of `-i` in milliseconds, such as "lastack": how long ago the peer last acknowledged anything.
        public func milliseconds(_ name: String) -> Int? { details[name].flatMap { Int($0) } }

        /// Whether a process has the socket, as opposed to the accept queue or the kernel alone (needs `-e`).
        public var isAccepted: Bool { details["ino"].map { $0 != "0" } ?? false }
    }

    public let sockets: [Socket]

    /// Runs `ss -tan` in the namespace.
    ///
    /// - Parameters:
    ///   - isExtended: with `-e`: timer, uid, inode, cookie, cgroup.
    ///   - hasInternals: with `-i`: tcp_info.
    ///   - hasProcesses: with `-p`: who holds each socket.
    public init(
        of namespace: LabNamespace,
        isExtended: Bool = false,
        hasInternals: Bool = false,
        hasProcesses: Bool = false
    ) throws {
        // -O: one line for each socket.
        var options = "-tanHO"
        if isExtended { options += "e" }
        if hasInternals { options += "i" }
        if hasProcesses { options += "p" }
        try self.init(parsing: try namespace.run("ss", options))
    }

    init(parsing text: String) throws {
        sockets = try text.split(separator: "\n").map(Socket.init(parsing:))
    }

    /// The sockets whose local port is `port`, listening ones apart.
    public func connections(onPort port: UInt16) -> [Socket] {
        sockets.filter { $0.local.port == port && $0.state != "LISTEN" }
    }

    /// How many sockets of a local port are in each state, the listening ones included.
    public func states(ofPort port: UInt16) -> [String: Int] {
        sockets.reduce(into: [:]) { counts, socket in
            if socket.local.port == port { counts[socket.state, default: 0] += 1 }
        }
    }
}

extension SsOutput.Socket {
    init(parsing line: Substring) throws {
        let words = line.split(separator: " ")
        guard words.count >= 5, let receiveQueue = Int(words[1]), let sendQueue = Int(words[2]) else {
            throw LabError("not a line of ss: \(line)")
        }
        state = String(words[0])
        self.receiveQueue = receiveQueue
        self.sendQueue = sendQueue
        local = try Endpoint(writtenBySs: words[3])
        remote = try Endpoint(writtenBySs: words[4])
        details = words.dropFirst(5).reduce(into: [:]) { details, word in
            guard let colon = word.firstIndex(of: ":") else { return }
            details[String(word[..<colon])] = String(word[word.index(after: colon)...])
        }
    }
}

extension Endpoint {
    /// Reads "127.0.0.1:80", "[::1]:80", "*:80", "0.0.0.0:*".
    init(writtenBySs text: Substring) throws {
        guard let colon = text.lastIndex(of: ":") else { throw LabError("no port in \(text)") }
        var address = text[..<colon]
        if address.first == "[" { address = address.dropFirst().dropLast() }
        let written = text[text.index(after: colon)...]
        guard let port = written == "*" ? 0 : UInt16(written) else { throw LabError("no port in \(text)") }
        self.init(String(address), port)
    }
}
