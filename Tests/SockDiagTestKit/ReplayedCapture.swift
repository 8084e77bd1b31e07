public import SockDiag

/// What reading a capture gave.
public struct ReplayedCapture: Sendable {
    public var sockets: [SocketRecord] = []
    public var summary: CaptureReplay.Summary

    /// Reads the bytes of a pcap file.
    ///
    /// - Throws: ``SockDiagError`` when the file's header is refused, or the error of the file.
    public init(_ file: [UInt8]) throws {
        let file = try AnonymousFile(file)
        var seen: [SocketRecord] = []
        summary = CaptureReplay.read(try CaptureReader(file: file.descriptor)) { seen.append(copy $0) }
        sockets = seen
    }
}

extension MessageBuilder {
    /// The record that the parser makes of this message: the only way to a record with `tcp_info`.
    ///
    /// - Throws: ``UnreadableMessage`` when the message is not one.
    public func record() throws -> SocketRecord {
        var capture = PcapBuilder()
        capture.append(datagram: bytes)
        let replayed = try ReplayedCapture(capture.bytes)
        guard let record = replayed.sockets.first, replayed.sockets.count == 1 else {
            throw UnreadableMessage(description: "no record: \(replayed.summary)")
        }
        return record
    }
}

/// Why a built message gives no record.
public struct UnreadableMessage: Error, CustomStringConvertible {
    public let description: String
}
