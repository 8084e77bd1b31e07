internal import CSockDiag

extension SocketRecord {
    /// Reads one `inet_diag_msg` with its attributes. Attributes may come in any order; unknown ones are skipped.
    ///
    /// - Parameter payload: a message without its netlink header.
    /// - Throws: ``SockDiagError/Code/malformed`` when a length lies.
    init(payload: borrowing RawSpan) throws(SockDiagError) {
        guard payload.byteCount >= CSD_MSG_SIZE else {
            throw SockDiagError(
                .malformed,
                "a socket's message has \(payload.byteCount) bytes where \(CSD_MSG_SIZE) are needed"
            )
        }
        isIPv6 = payload.byte(CSD_MSG_FAMILY) == AddressFamily.ipv6
        state = TCPState(rawValue: payload.byte(CSD_MSG_STATE))
        timer = SocketTimer(rawValue: payload.byte(CSD_MSG_TIMER))
        retransmits = payload.byte(CSD_MSG_RETRANS)
        local = payload.endpoint(address: CSD_MSG_SRC, port: CSD_MSG_SPORT, isIPv6: isIPv6)
        remote = payload.endpoint(address: CSD_MSG_DST, port: CSD_MSG_DPORT, isIPv6: isIPv6)
        interfaceIndex = payload.word(CSD_MSG_IF)
        cookie = UInt64(payload.word(CSD_MSG_COOKIE)) | UInt64(payload.word(CSD_MSG_COOKIE + 4)) << 32
        timerExpires = payload.word(CSD_MSG_EXPIRES)
        receiveQueue = payload.word(CSD_MSG_RQUEUE)
        sendQueue = payload.word(CSD_MSG_WQUEUE)
        uid = payload.word(CSD_MSG_UID)
        inode = payload.word(CSD_MSG_INODE)
        try readAttributes(of: payload)
    }

    private mutating func readAttributes(of payload: borrowing RawSpan) throws(SockDiagError) {
        var offset = CSD_MSG_SIZE
        while let attribute = try NetlinkAttribute(payload, at: offset) {
            let (start, size) = (attribute.start, attribute.size)
            switch attribute.type {
            case CSD_ATTR_SHUTDOWN where size >= 1:
                shutdown = ShutdownFlags(rawValue: payload.byte(start))
            case CSD_ATTR_CGROUP_ID where size >= 8:
                cgroupID = payload.long(start)
            case CSD_ATTR_INFO where size >= TCPInfo.minimumLength:
                tcpInfo = TCPInfo(payload.extracting(start..<start + size))
            default:
                break
            }
            offset = attribute.next
        }
    }
}

/// The kernel's numbers of the address families that TCP runs over.
enum AddressFamily {
    static let ipv4: UInt8 = 2
    static let ipv6: UInt8 = 10

    static func isInternet(_ family: UInt8) -> Bool { family == ipv4 || family == ipv6 }
}

/// Loads at byte offsets. Each is bounds-checked by the span.
extension RawSpan {
    func byte(_ offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
    func half(_ offset: Int) -> UInt16 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self) }
    func word(_ offset: Int) -> UInt32 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    func long(_ offset: Int) -> UInt64 { unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) }

    fileprivate func endpoint(address: Int, port: Int, isIPv6: Bool) -> SocketEndpoint {
        SocketEndpoint(
            address: isIPv6
                ? IPAddress(high: UInt64(bigEndian: long(address)), low: UInt64(bigEndian: long(address + 8)))
                : IPAddress(ipv4: UInt32(bigEndian: word(address))),
            port: UInt16(bigEndian: half(port))
        )
    }
}
