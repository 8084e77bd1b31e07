import Glibc

extension RawSocket {
    /// The own address and port.
    public var local: Endpoint {
        get throws {
            let number = try descriptor.value()
            return try Endpoint("ask for the local address") { getsockname(number, $0, $1) }
        }
    }

    /// The peer's address and port.
    public var remote: Endpoint {
        get throws {
            let number = try descriptor.value()
            return try Endpoint("ask for the peer's address") { getpeername(number, $0, $1) }
        }
    }

    /// The kernel's number for the socket, which sock_diag reports too (SO_COOKIE).
    public var cookie: UInt64 {
        get throws { try option("cookie", SOL_SOCKET, SO_COOKIE, as: UInt64.self) }
    }

    /// Lets the kernel probe the idle connection (SO_KEEPALIVE). Times in seconds.
    public func keepAlive(idle: Int32 = 7200, interval: Int32 = 75, probes: Int32 = 9) throws {
        let tcp = Int32(IPPROTO_TCP)
        try setOption("keepalive", SOL_SOCKET, SO_KEEPALIVE, Int32(1))
        try setOption("keepalive idle time", tcp, TCP_KEEPIDLE, idle)
        try setOption("keepalive interval", tcp, TCP_KEEPINTVL, interval)
        try setOption("keepalive probes", tcp, TCP_KEEPCNT, probes)
    }

    /// Limits the receive queue (SO_RCVBUF; the kernel doubles the number).
    public func limitReceiveBuffer(to bytes: Int32) throws {
        try setOption("receive buffer", SOL_SOCKET, SO_RCVBUF, bytes)
    }

    /// Limits the send queue (SO_SNDBUF; the kernel doubles the number).
    public func limitSendBuffer(to bytes: Int32) throws {
        try setOption("send buffer", SOL_SOCKET, SO_SNDBUF, bytes)
    }

    /// Reading, writing, accepting and connecting do not wait from now on (O_NONBLOCK).
    public func stopBlocking() throws {
        let number = try descriptor.value()
        let flags = try systemCall("ask for flags") { fcntl(number, F_GETFL) }
        try systemCall("set flags") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    var isNonBlocking: Bool {
        get throws(LabError) {
            let number = try descriptor.value()
            return try systemCall("ask for flags") { fcntl(number, F_GETFL) } & O_NONBLOCK != 0
        }
    }

    func setOption<Value: BitwiseCopyable>(_ what: String, _ level: Int32, _ option: Int32, _ value: Value)
        throws(LabError)
    {
        let number = try descriptor.value()
        let length = socklen_t(MemoryLayout<Value>.size)
        var value = value
        try systemCall("set \(what)") { setsockopt(number, level, option, &value, length) }
    }

    private func option<Value: FixedWidthInteger>(
        _ what: String,
        _ level: Int32,
        _ option: Int32,
        as type: Value.Type
    ) throws(LabError) -> Value {
        let number = try descriptor.value()
        var value = Value.zero
        var length = socklen_t(MemoryLayout<Value>.size)
        try systemCall("ask for \(what)") { getsockopt(number, level, option, &value, &length) }
        return value
    }
}
