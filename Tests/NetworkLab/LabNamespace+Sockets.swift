import Glibc

extension LabNamespace {
    /// Opens a listening socket.
    ///
    /// - Parameters:
    ///   - endpoint: where; port 0 lets the kernel choose (see ``RawSocket/local``).
    ///   - backlog: the accept queue's limit. The kernel holds one connection more.
    ///   - acceptsIPv4: for "::", whether IPv4 clients are served too (as `::ffff:a.b.c.d`).
    ///   - defersAccept: keeps connections in SYN_RECV until their first byte arrives (TCP_DEFER_ACCEPT).
    public func listen(
        on endpoint: Endpoint = Endpoint("127.0.0.1", 0),
        backlog: Int32 = 128,
        acceptsIPv4: Bool = false,
        defersAccept: Bool = false
    ) throws -> RawSocket {
        let socket = try perform { try RawSocket(for: endpoint, namespace: self) }
        try socket.setOption("address reuse", SOL_SOCKET, SO_REUSEADDR, Int32(1))
        if endpoint.isIPv6 {
            try socket.setOption("IPv6 only", Int32(IPPROTO_IPV6), IPV6_V6ONLY, Int32(acceptsIPv4 ? 0 : 1))
        }
        if defersAccept {
            try socket.setOption("deferred accept", Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, Int32(60))
        }
        try socket.bind(to: endpoint)
        try socket.listen(backlog: backlog)
        return socket
    }

    /// Opens a socket and connects it.
    ///
    /// - Parameter source: the own address; port 0 lets the kernel choose.
    public func connect(to endpoint: Endpoint, from source: Endpoint? = nil) throws -> RawSocket {
        let socket = try perform { try RawSocket(for: endpoint, namespace: self) }
        if let source { try socket.bind(to: source) }
        try socket.connect(to: endpoint)
        return socket
    }

    /// Opens a socket and begins to connect it, without waiting for an answer.
    public func beginConnecting(to endpoint: Endpoint) throws -> RawSocket {
        let socket = try perform { try RawSocket(for: endpoint, namespace: self) }
        try socket.stopBlocking()
        try socket.connect(to: endpoint)
        return socket
    }

    /// Connects to a listening socket of the namespace and accepts the connection: both of its ends.
    public func connection(through listener: RawSocket) throws -> (client: RawSocket, server: RawSocket) {
        let client = try connect(to: try listener.local)
        return (client, try listener.accept())
    }
}
