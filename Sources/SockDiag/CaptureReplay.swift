internal import CSockDiag

/// Finds the TCP sockets in a capture of sock_diag traffic, whoever made it.
///
/// Captures of an nlmon device hold all netlink traffic of a machine: requests, acknowledgements, other protocols,
/// dumps of other socket kinds, destroy events. Only answers about TCP sockets count. A message does not say which
/// protocol it is about, but its request does; answers without a captured request are taken for TCP.
public struct CaptureReplay {
    /// What a capture held beside sockets.
    public struct Summary: Hashable, Sendable {
        public var packets = 0
        public var sockets = 0
        /// Destroy events: sockets that were gone, not listed.
        public var destroyEvents = 0
        /// Messages about other socket kinds or protocols.
        public var otherMessages = 0
        /// TCP dumps that the kernel refused, interrupted or ended with an error, or whose end is not in the capture, in
        /// words; the first 20. Their sockets are a part of the table. The capture itself is sound.
        public var failedDumps: [String] = []
        /// How many dumps failed beyond those in ``failedDumps``.
        public var furtherFailedDumps = 0
        /// What was damaged, and where, in words; the first 20.
        public var damages: [String] = []
        /// How much was damaged beyond what ``damages`` tells.
        public var furtherDamages = 0
    }

    private var summary = Summary()
    private var damages = FirstNotes()
    private var conversations = CaptureConversations()

    /// Reads a whole capture and hands each socket to `visit`. A socket that was dumped several times comes several
    /// times; the last one is the newest.
    ///
    /// - Returns: what was read. Damage inside the file is listed there, and what stands before and after it is read.
    public static func read(
        _ reader: consuming CaptureReader,
        visit: (borrowing SocketRecord) -> Void
    ) -> Summary {
        var replay = CaptureReplay()
        do throws(SockDiagError) {
            while let packet = try reader.next() {
                replay.read(packet, visit)
            }
            replay.conversations.finish()
        } catch {
            // A file that was cut has lost the ends of dumps; that it was cut says so.
            replay.damages.note(error.description)
        }
        return replay.finishedSummary
    }

    private var finishedSummary: Summary {
        var summary = summary
        summary.damages = damages.first
        summary.furtherDamages = damages.further
        summary.failedDumps = conversations.failures.first
        summary.furtherFailedDumps = conversations.failures.further
        return summary
    }

    private mutating func read(_ packet: borrowing CaptureReader.Packet, _ visit: (borrowing SocketRecord) -> Void) {
        summary.packets += 1
        let bytes = packet.bytes.span.bytes
        guard bytes.byteCount >= PcapFormat.cookedHeaderSize else {
            damages.note("packet \(packet.number) has no netlink header: \(bytes.byteCount) bytes")
            return
        }
        guard UInt16(bigEndian: bytes.half(PcapFormat.cookedHeaderSize - 2)) == PcapFormat.protocolSockDiag else {
            summary.otherMessages += 1
            return
        }
        // One line for each packet: a cut explains the damage inside, and is damage where it fell between two messages.
        if packet.originalLength > bytes.byteCount {
            damages.note(
                "packet \(packet.number) is cut to \(bytes.byteCount) of \(packet.originalLength) bytes"
                    + " by the capture's snap length"
            )
        }
        do throws(SockDiagError) {
            try readMessages(bytes.extracting(droppingFirst: PcapFormat.cookedHeaderSize), visit)
        } catch  where packet.originalLength <= bytes.byteCount {
            damages.note("packet \(packet.number) is damaged: \(error)")
        } catch {}
    }

    private mutating func readMessages(
        _ datagram: borrowing RawSpan,
        _ visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) {
        var offset = 0
        while offset < datagram.byteCount {
            let header = try NetlinkHeader(datagram, at: offset)
            defer { offset = header.next(after: offset) }
            let payload = datagram.extracting(offset + CSD_NLMSG_HEADER..<offset + header.length)
            switch header.type {
            case CSD_TCPDIAG_GETSOCK, CSD_SOCK_DIAG_BY_FAMILY:
                if header.isRequest {
                    conversations.begin(header, try Self.subject(header.type, header.flags, payload))
                } else {
                    try readAnswer(header, payload, visit)
                }
            case CSD_NLMSG_ERROR, CSD_NLMSG_DONE:
                let errno = try header.errno(datagram, at: offset)
                conversations.end(header, errno: errno, unrequested: try Self.subject(ofEnd: header, payload))
            case CSD_NLMSG_OVERRUN:
                conversations.overrun(header)
            default:
                if header.isRequest { conversations.begin(header, .other) }
                summary.otherMessages += 1
            }
        }
    }

    /// What a request asks for.
    private static func subject(
        _ type: Int,
        _ flags: Int,
        _ payload: borrowing RawSpan
    ) throws(SockDiagError) -> CaptureConversations.Subject {
        let isAboutTCP =
            switch type {
            case CSD_TCPDIAG_GETSOCK: true
            case CSD_SOCK_DIAG_BY_FAMILY: try asksForTCP(payload)
            default: false
            }
        guard isAboutTCP else { return .other }
        return flags & CSD_NLM_F_DUMP == CSD_NLM_F_DUMP ? .tcpDump : .tcpLookup
    }

    /// What an end is about, as far as it says itself: an NLMSG_ERROR carries the request that it answers, or at least
    /// its header. What says nothing is taken for the end of a TCP dump.
    private static func subject(
        ofEnd header: NetlinkHeader,
        _ payload: borrowing RawSpan
    ) throws(SockDiagError) -> CaptureConversations.Subject {
        let start = 4
        guard header.type == CSD_NLMSG_ERROR, payload.byteCount >= start + CSD_NLMSG_HEADER else { return .tcpDump }
        let type = Int(payload.half(start + CSD_NLMSG_TYPE))
        let flags = Int(payload.half(start + CSD_NLMSG_FLAGS))
        let request = payload.extracting(droppingFirst: start + CSD_NLMSG_HEADER)
        // An error can come without the request's body, and then does not tell the protocol.
        let isBare = request.byteCount == 0 && type == CSD_SOCK_DIAG_BY_FAMILY
        return try subject(isBare ? CSD_TCPDIAG_GETSOCK : type, flags, request)
    }

    /// Whether an `inet_diag_req_v2` is about TCP. A protocol above 255 stands in an attribute: a request about
    /// Multipath TCP (262) says TCP in its struct.
    private static func asksForTCP(_ payload: borrowing RawSpan) throws(SockDiagError) -> Bool {
        guard payload.byteCount > CSD_REQ_V2_PROTOCOL, AddressFamily.isInternet(payload.byte(CSD_REQ_V2_FAMILY)),
            payload.byte(CSD_REQ_V2_PROTOCOL) == SocketQuery.Request.tcp
        else { return false }
        var offset = CSD_REQ_V2_SIZE
        while let attribute = try NetlinkAttribute(payload, at: offset) {
            if attribute.type == protocolAttribute, attribute.size >= 4 {
                return payload.word(attribute.start) == UInt32(SocketQuery.Request.tcp)
            }
            offset = attribute.next
        }
        return true
    }

    /// INET_DIAG_REQ_PROTOCOL
    private static let protocolAttribute = 3

    private mutating func readAnswer(
        _ header: NetlinkHeader,
        _ payload: borrowing RawSpan,
        _ visit: (borrowing SocketRecord) -> Void
    ) throws(SockDiagError) {
        let isInternet =
            payload.byteCount > CSD_MSG_FAMILY
            && AddressFamily.isInternet(payload.byte(CSD_MSG_FAMILY))
        guard isInternet else {
            summary.otherMessages += 1
            return
        }
        guard header.isPartOfDump || header.sequence != 0 else {
            summary.destroyEvents += 1
            return
        }
        guard conversations.answer(header) else {
            summary.otherMessages += 1
            return
        }
        let record = try SocketRecord(payload: payload)
        summary.sockets += 1
        visit(record)
    }
}
