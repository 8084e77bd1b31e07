@testable import SockDiag

/// The fields of `tcp_info` that the evidence reads, to be set in a test. The rest is zero.
struct InfoFields {
    var backoff: UInt8 = 0
    var unacked: UInt32 = 0
    var lastDataSent: UInt32 = 0
    var lastDataReceived: UInt32 = 0
    var lastAckReceived: UInt32 = 0
    var totalRetransmits: UInt32 = 0
    var bytesAcked: UInt64 = 0
    var bytesReceived: UInt64 = 0
    var segmentsIn: UInt32 = 3
    var notSentBytes: UInt32 = 0
    var dataSegmentsIn: UInt32 = 0
    var dataSegmentsOut: UInt32 = 0
    var busyTime: UInt64 = 0
    var receiveWindowLimited: UInt64 = 0
    var bytesSent: UInt64 = 0
    var bytesRetransmitted: UInt64 = 0
    var sendWindow: UInt32 = 65_536

    /// As the kernel writes it.
    var info: TCPInfo {
        var bytes = [UInt8](repeating: 0, count: 280)
        bytes[4] = backoff
        bytes.withUnsafeMutableBytes { buffer in
            func set<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) {
                buffer.storeBytes(of: value, toByteOffset: offset, as: Value.self)
            }
            set(unacked, 24)
            set(lastDataSent, 44)
            set(lastDataReceived, 52)
            set(lastAckReceived, 56)
            set(totalRetransmits, 100)
            set(bytesAcked, 120)
            set(bytesReceived, 128)
            set(segmentsIn, 140)
            set(notSentBytes, 144)
            set(dataSegmentsIn, 152)
            set(dataSegmentsOut, 156)
            set(busyTime, 168)
            set(receiveWindowLimited, 176)
            set(bytesSent, 200)
            set(bytesRetransmitted, 208)
            set(sendWindow, 228)
        }
        return TCPInfo(bytes.span.bytes)
    }
}
