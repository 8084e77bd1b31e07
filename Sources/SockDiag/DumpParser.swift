internal import CSockDiag

/// Reads the datagrams that answer one dump request.
///
/// A dump is over only when its end came and carried no error: everything else is a failure, never an empty success.
struct DumpParser {
    enum Progress {
        case more
        case finished
    }

    /// Only messages with this sequence number belong to the dump; others are left over from an earlier, broken one.
    let sequence: UInt32

    init(sequence: UInt32) {
        self.sequence = sequence
    }

    /// Reads one datagram in place and hands each socket to `visit`. Allocates nothing, unless it throws.
    func parse(
        _ datagram: borrowing RawSpan,
        visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) -> Progress {
        var offset = 0
        while offset < datagram.byteCount {
            let header = try NetlinkHeader(datagram, at: offset)
            defer { offset = header.next(after: offset) }
            guard header.sequence == sequence else { continue }
            switch header.type {
            case CSD_SOCK_DIAG_BY_FAMILY, CSD_TCPDIAG_GETSOCK:
                guard !header.isInconsistent else {
                    throw SockDiagError(.interrupted, "the socket table changed while the kernel walked it")
                }
                visit(
                    try SocketRecord(payload: datagram.extracting(offset + CSD_NLMSG_HEADER..<offset + header.length))
                )
            case CSD_NLMSG_DONE:
                if let errno = try header.errno(datagram, at: offset) {
                    throw SockDiagError(.refused, errno: errno, "the kernel ended the dump with an error")
                }
                guard !header.isInconsistent else {
                    throw SockDiagError(.interrupted, "the socket table changed while the kernel walked it")
                }
                return .finished
            case CSD_NLMSG_ERROR:
                if let errno = try header.errno(datagram, at: offset) {
                    throw SockDiagError(.refused, errno: errno, "the kernel refused the dump")
                }
            case CSD_NLMSG_OVERRUN:
                throw SockDiagError(.overrun, "the kernel lost messages of the dump")
            default:
                break
            }
        }
        return .more
    }
}
