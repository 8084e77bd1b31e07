/// One message of a dump: a netlink header, an `inet_diag_msg`, and attributes.
///
/// Offsets and numbers are the kernel's, written down here once more and on purpose: this is what the parser is held
/// against.
public struct MessageBuilder: Hashable, Sendable {
    // struct nlmsghdr
    /// 20 is SOCK_DIAG_BY_FAMILY, 18 is TCPDIAG_GETSOCK.
    public var type: UInt16 = 20
    /// 2 is NLM_F_MULTI, a part of a dump; 16 is NLM_F_DUMP_INTR.
    public var flags: UInt16 = 2
    public var sequence: UInt32 = 1
    public var portID: UInt32 = 4711
    /// What the length field says; nil for the truth.
    public var declaredLength: UInt32?

    // struct inet_diag_msg
    /// 4 bytes are an IPv4 address, 16 an IPv6 one.
    public var localAddress: [UInt8] = [127, 0, 0, 1]
    public var localPort: UInt16 = 8080
    public var remoteAddress: [UInt8] = [127, 0, 0, 1]
    public var remotePort: UInt16 = 40000
    /// 2 for IPv4, 10 for IPv6; nil to follow the addresses.
    public var family: UInt8?
    /// 1 is ESTABLISHED.
    public var state: UInt8 = 1
    public var timer: UInt8 = 0
    public var retransmits: UInt8 = 0
    public var interfaceIndex: UInt32 = 0
    public var cookie: UInt64 = 1
    public var timerExpires: UInt32 = 0
    public var receiveQueue: UInt32 = 0
    public var sendQueue: UInt32 = 0
    public var uid: UInt32 = 0
    public var inode: UInt32 = 0

    public var attributes: [MessageAttribute] = []

    public init() {}

    /// A message with these fields set: `MessageBuilder { $0.state = 8 }`.
    public init(_ change: (inout MessageBuilder) -> Void) {
        change(&self)
    }

    /// The message without its netlink header.
    public var payload: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(family ?? (localAddress.count == 16 ? 10 : 2))
        bytes += [state, timer, retransmits]
        bytes.append(network: localPort)
        bytes.append(network: remotePort)
        for address in [localAddress, remoteAddress] {
            bytes += address
            bytes += repeatElement(0, count: 16 - address.count)
        }
        bytes.append(host: interfaceIndex)
        bytes.append(host: UInt32(truncatingIfNeeded: cookie))
        bytes.append(host: UInt32(cookie >> 32))
        for field in [timerExpires, receiveQueue, sendQueue, uid, inode] { bytes.append(host: field) }
        for attribute in attributes { bytes += attribute.bytes }
        return bytes
    }

    /// The message with its header and the padding after it.
    public var bytes: [UInt8] {
        let payload = payload
        return NetlinkBytes.message(
            type: type,
            flags: flags,
            sequence: sequence,
            portID: portID,
            payload: payload,
            declaredLength: declaredLength
        )
    }

    /// `::ffff:` before an IPv4 address: how a `::` listener sees its IPv4 clients.
    public static func mapped(_ address: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address
    }
}
