internal import CSockDiag
internal import SystemPackage

/// A netlink message's header.
struct NetlinkHeader {
    let length: Int
    let type: Int
    let flags: Int
    let sequence: UInt32
    let portID: UInt32

    var isRequest: Bool { flags & CSD_NLM_F_REQUEST != 0 }
    var isPartOfDump: Bool { flags & CSD_NLM_F_MULTI != 0 }
    var isInconsistent: Bool { flags & CSD_NLM_F_DUMP_INTR != 0 }

    /// Reads the header at an offset and checks that the message lies inside the datagram.
    init(_ datagram: borrowing RawSpan, at offset: Int) throws(SockDiagError) {
        let left = datagram.byteCount - offset
        guard left >= CSD_NLMSG_HEADER else {
            throw SockDiagError(.malformed, "\(left) bytes at offset \(offset) are too few for a netlink header")
        }
        length = Int(datagram.word(offset + CSD_NLMSG_LEN))
        guard length >= CSD_NLMSG_HEADER, length <= left else {
            throw SockDiagError(
                .malformed,
                "the netlink message at offset \(offset) says \(length) bytes where \(left) are left"
            )
        }
        type = Int(datagram.half(offset + CSD_NLMSG_TYPE))
        flags = Int(datagram.half(offset + CSD_NLMSG_FLAGS))
        sequence = datagram.word(offset + CSD_NLMSG_SEQ)
        portID = datagram.word(offset + CSD_NLMSG_PID)
    }

    /// The offset of the message that follows one at `offset`.
    func next(after offset: Int) -> Int { offset + (length + 3) & ~3 }

    /// The error that an NLMSG_ERROR or NLMSG_DONE carries. Nil when there is none: an acknowledgement, a good end, or
    /// an end without payload as old kernels send it.
    func errno(_ datagram: borrowing RawSpan, at offset: Int) throws(SockDiagError) -> Errno? {
        guard length >= CSD_NLMSG_HEADER + 4 else {
            if type == CSD_NLMSG_DONE { return nil }
            throw SockDiagError(.malformed, "an NLMSG_ERROR of \(length) bytes has no error number")
        }
        let value = Int32(bitPattern: datagram.word(offset + CSD_NLMSG_HEADER))
        guard value != 0 else { return nil }
        return Errno(rawValue: value == .min ? value : abs(value))
    }
}
