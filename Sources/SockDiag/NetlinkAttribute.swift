internal import CSockDiag

/// Where an attribute's value lies inside a message.
struct NetlinkAttribute {
    let type: Int
    /// The offset and the length of the value.
    let start: Int
    let size: Int
    /// The offset of the attribute that follows.
    let next: Int

    /// Reads the attribute's header at an offset. Nil when there is no room for another one.
    ///
    /// - Throws: ``SockDiagError/Code/malformed`` when the attribute does not lie inside the message.
    init?(_ message: borrowing RawSpan, at offset: Int) throws(SockDiagError) {
        guard offset + CSD_NLATTR_HEADER <= message.byteCount else { return nil }
        let length = Int(message.half(offset))
        type = Int(message.half(offset + 2)) & CSD_NLA_TYPE_MASK
        guard length >= CSD_NLATTR_HEADER, offset + length <= message.byteCount else {
            let left = message.byteCount - offset
            throw SockDiagError(
                .malformed,
                "attribute \(type) of a socket's message says \(length) bytes where \(left) are left"
            )
        }
        start = offset + CSD_NLATTR_HEADER
        size = length - CSD_NLATTR_HEADER
        next = offset + (length + 3) & ~3
    }
}
