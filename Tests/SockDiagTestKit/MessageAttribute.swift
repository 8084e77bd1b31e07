/// An attribute of a socket's message, in the kernel's numbers and not in those of the code under test.
public struct MessageAttribute: Hashable, Sendable {
    public var type: UInt16
    public var payload: [UInt8]
    /// What the length field says; nil for the truth.
    public var declaredLength: UInt16?

    public init(type: UInt16, payload: [UInt8], declaredLength: UInt16? = nil) {
        self.type = type
        self.payload = payload
        self.declaredLength = declaredLength
    }

    /// INET_DIAG_SHUTDOWN: 1 for receiving, 2 for sending.
    public static func shutdown(_ flags: UInt8) -> MessageAttribute {
        MessageAttribute(type: 8, payload: [flags])
    }

    /// INET_DIAG_CGROUP_ID
    public static func cgroupID(_ id: UInt64) -> MessageAttribute {
        var payload: [UInt8] = []
        payload.append(host: id)
        return MessageAttribute(type: 21, payload: payload)
    }

    /// INET_DIAG_INFO
    public static func info(_ info: TCPInfoBytes) -> MessageAttribute {
        MessageAttribute(type: 2, payload: info.bytes)
    }

    /// INET_DIAG_PAD, which aligns 64-bit attributes and means nothing.
    public static let pad = MessageAttribute(type: 14, payload: [])
    /// INET_DIAG_MARK
    public static let mark = MessageAttribute(type: 15, payload: [0xAA, 0xBB, 0xCC, 0xDD])
    /// INET_DIAG_SOCKOPT
    public static let socketOptions = MessageAttribute(type: 22, payload: [0x11, 0x22])
    /// An attribute of a kernel to come.
    public static let unknown = MessageAttribute(type: 999, payload: [1, 2, 3, 4, 5])

    /// With padding after it.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(host: declaredLength ?? UInt16(4 + payload.count))
        bytes.append(host: type)
        bytes += payload
        bytes.pad()
        return bytes
    }
}

/// A `struct tcp_info` of any length.
public struct TCPInfoBytes: Hashable, Sendable {
    public private(set) var bytes: [UInt8]

    /// The lengths that kernels have sent, oldest first.
    public static let kernelLengths = [104, 168, 192, 224, 232, 240, 248, 280]

    /// All fields zero.
    public init(length: Int) {
        bytes = [UInt8](repeating: 0, count: length)
    }

    /// Every byte depends on its offset, so that a field read from a wrong place is a wrong value.
    public static func patterned(length: Int) -> TCPInfoBytes {
        var info = TCPInfoBytes(length: length)
        for offset in 0..<length { info.bytes[offset] = UInt8(truncatingIfNeeded: offset * 37 + 11) }
        return info
    }

    /// Sets a field at its offset in the struct. A field beyond the end is left out, as an older kernel does.
    public mutating func set<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        if offset + Value.bitWidth / 8 <= bytes.count { bytes.store(value, at: offset) }
    }

    /// `tcpi_last_data_sent`, milliseconds.
    public mutating func setLastDataSent(_ milliseconds: UInt32) { set(milliseconds, at: 44) }
    /// `tcpi_last_data_recv`, milliseconds.
    public mutating func setLastDataReceived(_ milliseconds: UInt32) { set(milliseconds, at: 52) }
    /// `tcpi_last_ack_recv`, milliseconds.
    public mutating func setLastAckReceived(_ milliseconds: UInt32) { set(milliseconds, at: 56) }
    /// `tcpi_bytes_acked`
    public mutating func setBytesAcked(_ bytes: UInt64) { set(bytes, at: 120) }
    /// `tcpi_bytes_received`
    public mutating func setBytesReceived(_ bytes: UInt64) { set(bytes, at: 128) }
    /// `tcpi_bytes_sent`
    public mutating func setBytesSent(_ bytes: UInt64) { set(bytes, at: 200) }
}
