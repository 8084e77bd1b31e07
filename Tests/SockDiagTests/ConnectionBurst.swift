import Glibc
import NetworkLab
import SystemPackage

/// Connections that are opened and closed as fast as one thread can, in a namespace.
struct ConnectionBurst {
    /// The cookies of the servers' sides, in their order.
    private(set) var servers: [UInt64] = []
    private(set) var clients: [UInt64] = []
    private(set) var seconds = 0.0

    /// Half of the connections are closed by the server first, half by the client.
    init(_ count: Int, in namespace: LabNamespace) throws {
        self = try namespace.perform { try ConnectionBurst(count) }
    }

    private init(_ count: Int) throws {
        let stream = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let listener = try Self.check(socket(AF_INET, stream, 0))
        defer { close(listener) }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try withUnsafeMutableBytes(of: &address) { bytes in
            try bytes.withMemoryRebound(to: sockaddr.self) { address in
                try Self.check(listen(listener, 128))
                try Self.check(getsockname(listener, address.baseAddress, &length))
                let clock = ContinuousClock()
                let start = clock.now
                for number in 0..<count {
                    let client = try Self.check(socket(AF_INET, stream, 0))
                    try Self.check(connect(client, address.baseAddress, length))
                    let server = try Self.check(accept(listener, nil, nil))
                    servers.append(try Self.cookie(server))
                    clients.append(try Self.cookie(client))
                    let isServerFirst = number % 2 == 0
                    close(isServerFirst ? server : client)
                    close(isServerFirst ? client : server)
                }
                seconds = (clock.now - start) / .seconds(1)
            }
        }
    }

    private static func cookie(_ descriptor: Int32) throws -> UInt64 {
        var value: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        try check(getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &value, &length))
        return value
    }

    @discardableResult
    private static func check(_ result: Int32) throws -> Int32 {
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return result
    }
}
