internal import CSockDiag

/// Reads the datagrams of the groups that tell of destroyed sockets.
enum DestroyEventParser {
    /// Reads one datagram in place, hands each socket to `visit`, and returns how many there were. Messages of other
    /// types are skipped. Allocates nothing, unless it throws.
    static func parse(
        _ datagram: borrowing RawSpan,
        visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) -> Int {
        var offset = 0
        var count = 0
        while offset < datagram.byteCount {
            let header = try NetlinkHeader(datagram, at: offset)
            if header.type == CSD_SOCK_DIAG_BY_FAMILY {
                visit(
                    try SocketRecord(payload: datagram.extracting(offset + CSD_NLMSG_HEADER..<offset + header.length))
                )
                count += 1
            }
            offset = header.next(after: offset)
        }
        return count
    }
}
