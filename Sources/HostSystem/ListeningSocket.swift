internal import Glibc

/// A stream socket that is listened on, and not yet accepted from.
public struct ListeningSocket: Sendable {
    /// Where a socket is bound to.
    public enum Address: Hashable, Sendable {
        /// An IPv4 or IPv6 address as text, and a port.
        case internet(host: String, port: UInt16)
        /// A file, or `@` and a name of the abstract namespace.
        case unix(path: String)
    }

    public let descriptor: Int32
    /// As the kernel has it: with the port that was chosen for port 0.
    public let address: Address
    /// How many connections may wait to be accepted. The kernel allows `net.core.somaxconn` at most.
    let backlog: Int32
    /// That of a Unix socket that this process has made.
    public let file: SocketFile?

    /// Of a server whose clients ask every few seconds.
    private static let usualBacklog: Int32 = 256

    /// Listens once more: who takes a descriptor over may have done so with another backlog.
    public func listenAgain() { listen(descriptor, backlog) }

    /// Listens on the first address of a host. Resolving its name may wait for a name server.
    ///
    /// - Parameters:
    ///   - host: an address or a name; empty for every address of the machine, by IPv6 and IPv4.
    ///   - port: 0 for any free one.
    public static func open(host: String, port: UInt16) throws(ListenFailure) -> ListeningSocket {
        if host.isEmpty {
            do throws(ListenFailure) {
                return try bind(toFirstOf: "::", port, takesBoth: true)
            } catch .system(let error) where error.number == EAFNOSUPPORT {
                return try bind(toFirstOf: "0.0.0.0", port, takesBoth: false)
            }
        }
        return try bind(toFirstOf: host, port, takesBoth: false)
    }

    private static func bind(toFirstOf host: String, _ port: UInt16, takesBoth: Bool) throws(ListenFailure)
        -> ListeningSocket
    {
        var hints = addrinfo()
        hints.ai_socktype = streamType
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, "\(port)", &hints, &found)
        guard status == 0, let found else {
            throw .unresolved(host: host, reason: String(cString: gai_strerror(status)))
        }
        defer { freeaddrinfo(found) }
        return try bind(family: found.pointee.ai_family, found.pointee.ai_addr, found.pointee.ai_addrlen) { socket in
            // As servers have it: the connections of the program's last run do not bar its next one.
            set(socket, SOL_SOCKET, SO_REUSEADDR, 1)
            if takesBoth { set(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        }
    }

    /// Listens on a file, which it makes. A socket that a dead program has left there is replaced.
    ///
    /// - Parameter path: at most 107 bytes.
    public static func open(path: String) throws(ListenFailure) -> ListeningSocket {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: name.sun_path) else {
            throw .system(SystemCallError(operation: "listen", number: ENAMETOOLONG))
        }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        return try withGenericAddress(&name) { address, length throws(ListenFailure) in
            try makeRoom(at: path, address, length)
            return try bind(family: AF_UNIX, address, length) { _ in }
        }
    }

    private static func makeRoom(
        at path: String,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t
    ) throws(ListenFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .occupied("there is a file that is no socket") }
        // Its file is there also when the server is long gone.
        let probe = socket(AF_UNIX, streamType | closeOnExec | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw .system(SystemCallError(operation: "open a socket", number: errno)) }
        defer { close(probe) }
        let number = connect(probe, address, length) == 0 ? 0 : errno
        switch number {
        case ECONNREFUSED: unlink(path)
        case ENOENT: break
        // It listens, and has more clients than it takes.
        case 0, EAGAIN: throw .occupied("somebody listens there already")
        case EPROTOTYPE: throw .occupied("there is a socket of another kind")
        default: throw .system(SystemCallError(operation: "connect", number: number))
        }
    }

    private static func bind(
        family: Int32,
        _ address: UnsafePointer<sockaddr>,
        _ length: socklen_t,
        prepare: (Int32) -> Void
    ) throws(ListenFailure) -> ListeningSocket {
        let descriptor = socket(family, streamType | closeOnExec, 0)
        guard descriptor >= 0 else { throw .system(SystemCallError(operation: "open a socket", number: errno)) }
        prepare(descriptor)
        guard Glibc.bind(descriptor, address, length) == 0, let bound = Self.address(of: descriptor) else {
            throw failure(descriptor)
        }
        var file: SocketFile?
        if case .unix(let path) = bound { file = SocketFile(path) }
        guard listen(descriptor, usualBacklog) == 0 else {
            let failure = failure(descriptor)
            _ = file?.remove()
            throw failure
        }
        return ListeningSocket(descriptor: descriptor, address: bound, backlog: usualBacklog, file: file)
    }

    private static func failure(_ descriptor: Int32) -> ListenFailure {
        let error = SystemCallError(operation: "listen", number: errno)
        close(descriptor)
        return .system(error)
    }
}

/// Why an address could not be listened on, or one that was handed over cannot be used.
public enum ListenFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    case unresolved(host: String, reason: String)
    case occupied(String)
    case unusable(descriptor: Int32, String)

    public var description: String {
        switch self {
        case .system(let error): error.reason
        case .unresolved(let host, let reason): "the name \(host) cannot be resolved (\(reason))"
        case .occupied(let reason): reason
        case .unusable(let descriptor, let reason): "descriptor \(descriptor) \(reason)"
        }
    }
}

extension ListeningSocket {
    static let streamType = Int32(SOCK_STREAM.rawValue)
    private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func withGenericAddress<Name, Value>(
        _ name: inout Name,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) throws(ListenFailure) -> Value
    ) throws(ListenFailure) -> Value {
        try withUnsafeMutablePointer(to: &name) { pointer throws(ListenFailure) in
            try body(
                UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<Name>.size)
            )
        }
    }

    /// The address of a socket. Nil for one that is neither of the internet nor of Unix.
    static func address(of descriptor: Int32) -> Address? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            getsockname(descriptor, UnsafeMutableRawPointer($0).assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let name = bytes.loadUnaligned(as: sockaddr_in.self)
                return .internet(host: text(AF_INET, name.sin_addr), port: UInt16(bigEndian: name.sin_port))
            case AF_INET6:
                let name = bytes.loadUnaligned(as: sockaddr_in6.self)
                return .internet(host: text(AF_INET6, name.sin6_addr), port: UInt16(bigEndian: name.sin6_port))
            case AF_UNIX: return .unix(path: path(bytes[..<min(Int(length), bytes.count)]))
            default: return nil
            }
        }
    }

    private static func text(_ family: Int32, _ address: some Any) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = withUnsafeBytes(of: address) { inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) }
        return text.withUnsafeBufferPointer {
            String(decoding: $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// Abstract names begin with a zero, shown as `@`, and end with the address; others end with a zero.
    private static func path(_ name: Slice<UnsafeRawBufferPointer>) -> String {
        let bytes = name.dropFirst(MemoryLayout<sa_family_t>.size)
        guard bytes.first == 0 else { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        return "@" + String(decoding: bytes.dropFirst(), as: UTF8.self)
    }
}
