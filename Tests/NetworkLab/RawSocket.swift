import Glibc

/// A TCP socket, moved by hand through the states that a test needs. Closed by ``close()``, or with the last reference.
///
/// Make it through ``LabNamespace/listen(on:backlog:acceptsIPv4:defersAccept:)`` and
/// ``LabNamespace/connect(to:from:)``; made directly, it belongs to the calling thread's namespace. Reading, writing,
/// accepting and connecting give up after 10 seconds.
public final class RawSocket: Sendable {
    let descriptor: OwnedDescriptor

    /// Keeps the namespace's name alive as long as the socket.
    let namespace: LabNamespace?

    init(adopting descriptor: Int32, namespace: LabNamespace?) throws(LabError) {
        self.descriptor = OwnedDescriptor(descriptor)
        self.namespace = namespace
        try setOption("receive timeout", SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 10, tv_usec: 0))
        try setOption("send timeout", SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: 10, tv_usec: 0))
    }

    /// A new socket of the family of `endpoint`.
    convenience init(for endpoint: Endpoint, namespace: LabNamespace?) throws(LabError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try systemCall("make a socket") { socket(endpoint.family, kind, Int32(IPPROTO_TCP)) }
        try self.init(adopting: number, namespace: namespace)
    }

    func bind(to endpoint: Endpoint) throws(LabError) {
        let number = try descriptor.value()
        let result = try endpoint.withSocketAddress { Glibc.bind(number, $0, $1) == 0 ? 0 : errno }
        try checkReturnedCode("bind to \(endpoint)", result)
    }

    func listen(backlog: Int32) throws(LabError) {
        let number = try descriptor.value()
        try systemCall("listen") { Glibc.listen(number, backlog) }
    }

    /// Connects. A refused or unanswered connection is an error, unless the socket does not block: then the attempt
    /// goes on.
    func connect(to endpoint: Endpoint) throws(LabError) {
        let number = try descriptor.value()
        let result = try endpoint.withSocketAddress { Glibc.connect(number, $0, $1) == 0 ? 0 : errno }
        if result == EINPROGRESS, try isNonBlocking { return }
        try checkReturnedCode("connect to \(endpoint)", result)
    }

    /// Takes the next connection of a listening socket.
    public func accept() throws -> RawSocket {
        let number = try descriptor.value()
        let accepted = try systemCall("accept a connection") { Glibc.accept(number, nil, nil) }
        return try RawSocket(adopting: accepted, namespace: namespace)
    }

    /// Sends everything, or throws after 10 seconds.
    public func write(_ bytes: [UInt8]) throws {
        let number = try descriptor.value()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try systemCall("write") {
                rest.withUnsafeBytes { send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends the text as UTF-8.
    public func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes until neither the peer's receive queue nor the own send queue takes more, and returns how many bytes that
    /// were. From then on a FIN waits behind the data.
    @discardableResult
    public func writeUntilFull() throws -> Int {
        let number = try descriptor.value()
        let chunk = [UInt8](repeating: 0x2e, count: 64 * 1024)
        var total = 0
        while true {
            let count = send(number, chunk, chunk.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if count > 0 {
                total += count
            } else if errno == EAGAIN {
                return total
            } else if errno != EINTR {
                throw LabError("write until full: errno \(errno)")
            }
        }
    }

    /// Waits for bytes and returns those that are there, up to `limit`. Empty when the peer has closed its side.
    public func read(upTo limit: Int = 64 * 1024) throws -> [UInt8] {
        let number = try descriptor.value()
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try systemCall("read") { recv(number, &bytes, limit, 0) }
        return Array(bytes.prefix(count))
    }

    /// Reads until the bytes read contain `text`, and returns them all as text.
    ///
    /// - Throws: ``LabError`` with what was read if the peer closes before, or is silent for 10 seconds.
    @discardableResult
    public func readUntil(_ text: String) throws -> String {
        var bytes: [UInt8] = []
        while true {
            let more = try read()
            bytes += more
            let seen = String(decoding: bytes, as: UTF8.self)
            if seen.contains(text) { return seen }
            if more.isEmpty { throw LabError("the peer closed before \"\(text)\": \(seen)") }
        }
    }

    /// Closes the sending side: the peer sees the end of the stream (FIN).
    public func shutdownWriting() throws {
        let number = try descriptor.value()
        try systemCall("shut down") { shutdown(number, Int32(SHUT_WR)) }
    }

    /// Closes the socket. Does nothing the second time.
    public func close() {
        descriptor.close()
    }

    /// Closes the socket so that the peer gets a reset (RST) in place of a FIN.
    public func reset() throws {
        try setOption("linger", SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        close()
    }
}
