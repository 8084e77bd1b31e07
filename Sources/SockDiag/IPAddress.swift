internal import Glibc

/// An IPv4 or IPv6 address, held by value in network byte order.
///
/// An IPv4 address that came mapped into IPv6 (`::ffff:192.0.2.1`, a v4 client of a `::` listener) is an IPv4 address
/// here: it is the same client.
public struct IPAddress: Hashable, Sendable {
    /// The first and the second half of the IPv6 form, most significant byte first. IPv4 is held mapped.
    let high: UInt64
    let low: UInt64

    private static let mappedPrefix: UInt64 = 0x0000_FFFF

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits, most significant byte first: `0x7F000001` is 127.0.0.1.
    public init(ipv4 bits: UInt32) {
        self.init(high: 0, low: Self.mappedPrefix << 32 | UInt64(bits))
    }

    /// True for IPv4, also when the socket itself is an IPv6 one.
    public var isIPv4: Bool {
        high == 0 && low >> 32 == Self.mappedPrefix
    }

    /// The 32 bits of an IPv4 address, most significant byte first. Nil for IPv6.
    public var ipv4Bits: UInt32? {
        isIPv4 ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// True for `0.0.0.0` and `::`.
    public var isUnspecified: Bool {
        high == 0 && (low == 0 || low == Self.mappedPrefix << 32)
    }

    /// True for 127.0.0.0/8 and `::1`.
    public var isLoopback: Bool {
        isIPv4 ? UInt32(truncatingIfNeeded: low) >> 24 == 127 : high == 0 && low == 1
    }
}

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, or RFC 5952's form: `2001:db8::1`.
    public var description: String {
        if let bits = ipv4Bits {
            return "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return String(unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress,
                    inet_ntop(AF_INET6, &address, start, socklen_t(text.count)) != nil
                else { return 0 }
                return strlen(start)
            }
        }
    }
}

/// An address and a port.
public struct SocketEndpoint: Hashable, Sendable {
    public let address: IPAddress
    public let port: UInt16

    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension SocketEndpoint: CustomStringConvertible {
    /// `192.0.2.1:8080` or `[2001:db8::1]:8080`; a port of 0 stands for any and is shown as `*`.
    public var description: String {
        let shownPort = port == 0 ? "*" : String(port)
        return address.isIPv4 ? "\(address):\(shownPort)" : "[\(address)]:\(shownPort)"
    }
}
