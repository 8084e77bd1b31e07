import Glibc

/// An IP address and a TCP port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// "127.0.0.1", "::1", "::ffff:127.0.0.1".
    public var address: String
    /// 0 lets the kernel choose.
    public var port: UInt16

    public init(_ address: String, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    /// "127.0.0.1:8080" or "[::1]:8080".
    public var description: String {
        isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    var isIPv6: Bool { address.contains(":") }

    var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }
}

extension Endpoint {
    /// Lends the endpoint as the kernel wants it.
    func withSocketAddress<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws(LabError) -> Result {
        var storage = sockaddr_storage()
        let length = try fill(&storage)
        return withUnsafePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private func fill(_ storage: inout sockaddr_storage) throws(LabError) -> socklen_t {
        let isAddress = withUnsafeMutableBytes(of: &storage) { bytes -> Bool in
            guard let base = bytes.baseAddress else { return false }
            if isIPv6 {
                var ip = sockaddr_in6()
                ip.sin6_family = sa_family_t(AF_INET6)
                ip.sin6_port = port.bigEndian
                guard inet_pton(AF_INET6, address, &ip.sin6_addr) == 1 else { return false }
                base.storeBytes(of: ip, as: sockaddr_in6.self)
            } else {
                var ip = sockaddr_in()
                ip.sin_family = sa_family_t(AF_INET)
                ip.sin_port = port.bigEndian
                guard inet_pton(AF_INET, address, &ip.sin_addr) == 1 else { return false }
                base.storeBytes(of: ip, as: sockaddr_in.self)
            }
            return true
        }
        guard isAddress else { throw LabError("\"\(address)\" is not an IP address") }
        return socklen_t(isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    /// Asks the kernel for an endpoint by `getsockname` or `getpeername`.
    init(
        _ what: String,
        _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(LabError) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try systemCall(what) {
            withUnsafeMutablePointer(to: &storage) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) }
            }
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let port = withUnsafeBytes(of: storage) { bytes -> UInt16 in
            if storage.ss_family == sa_family_t(AF_INET6) {
                var ip = bytes.load(as: sockaddr_in6.self)
                inet_ntop(AF_INET6, &ip.sin6_addr, &text, socklen_t(text.count))
                return UInt16(bigEndian: ip.sin6_port)
            }
            var ip = bytes.load(as: sockaddr_in.self)
            inet_ntop(AF_INET, &ip.sin_addr, &text, socklen_t(text.count))
            return UInt16(bigEndian: ip.sin_port)
        }
        let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.init(address, port)
    }
}
