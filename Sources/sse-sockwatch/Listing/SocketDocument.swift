internal import SockDiag
internal import SockWatch
internal import SocketOwners

/// One socket in `list --json`: every field that the kernel gave.
struct SocketDocument: Encodable {
    let state: String
    let family: String
    let localAddress: String
    let localPort: UInt16
    let remoteAddress: String
    let remotePort: UInt16
    let interface: UInt32
    let cookie: UInt64
    let timer: String
    let timerExpiresMilliseconds: UInt32
    let retransmits: UInt8
    let receiveQueue: UInt32
    let sendQueue: UInt32
    let uid: UInt32
    let inode: UInt32
    let cgroupId: UInt64?
    /// The service that the cgroup belongs to. Absent for a capture's sockets, which may be another machine's.
    let service: String?
    let shutdown: [String]?
    let idleSeconds: Double?
    let closeWaitAgeSeconds: Double?
    /// `unclosed` or `unaccepted` when the socket is stuck in CLOSE_WAIT.
    let stuck: String?
    let processes: [ProcessDocument]?
    let tcpInfo: TCPInfoDocument?

    struct ProcessDocument: Encodable {
        let pid: Int32
        let command: String
        let fd: Int32
    }

    init(_ record: SocketRecord, _ socket: ListedSocket, in list: SocketList) {
        state = record.state.label
        family = record.isIPv6 ? "ipv6" : "ipv4"
        localAddress = record.local.address.description
        localPort = record.local.port
        remoteAddress = record.remote.address.description
        remotePort = record.remote.port
        interface = record.interfaceIndex
        cookie = record.cookie
        timer = record.timer.description
        timerExpiresMilliseconds = record.timerExpires
        retransmits = record.retransmits
        receiveQueue = record.receiveQueue
        sendQueue = record.sendQueue
        uid = record.uid
        inode = record.inode
        cgroupId = record.cgroupID
        service = list.service(of: socket)?.description
        shutdown = record.shutdown.map { flags in
            [(ShutdownFlags.receive, "receive"), (.send, "send")].filter { flags.contains($0.0) }.map(\.1)
        }
        idleSeconds = socket.idleMilliseconds.map { Double($0) / 1000 }
        closeWaitAgeSeconds = socket.closeWaitMilliseconds.map { Double($0) / 1000 }
        stuck = list.complaint(of: socket)?.rawValue
        processes = list.owners.map { owners in
            owners.owners(of: record.inode).map { ProcessDocument(pid: $0.pid, command: $0.command, fd: $0.descriptor) }
        }
        tcpInfo = record.tcpInfo.map(TCPInfoDocument.init)
    }
}

/// What `tcp_info` told, under the kernel's names. Fields that this kernel does not send are absent.
struct TCPInfoDocument: Encodable {
    let length: UInt16
    let retransmits, probes, backoff: UInt8
    let rto, unacked, lastDataSent, lastDataRecv, lastAckRecv, rtt, rttvar, totalRetrans: UInt32
    let bytesAcked, bytesReceived, busyTime, rwndLimited, bytesSent, bytesRetrans: UInt64?
    let segsOut, segsIn, notsentBytes, minRtt, dataSegsIn, dataSegsOut, sndWnd: UInt32?

    init(_ info: TCPInfo) {
        length = info.length
        retransmits = info.retransmits
        probes = info.probes
        backoff = info.backoff
        rto = info.retransmissionTimeout
        unacked = info.unacked
        lastDataSent = info.lastDataSent
        lastDataRecv = info.lastDataReceived
        lastAckRecv = info.lastAckReceived
        rtt = info.roundTripTime
        rttvar = info.roundTripTimeVariation
        totalRetrans = info.totalRetransmits
        bytesAcked = info.bytesAcked
        bytesReceived = info.bytesReceived
        busyTime = info.busyTime
        rwndLimited = info.receiveWindowLimited
        bytesSent = info.bytesSent
        bytesRetrans = info.bytesRetransmitted
        segsOut = info.segmentsOut
        segsIn = info.segmentsIn
        notsentBytes = info.notSentBytes
        minRtt = info.minimumRoundTripTime
        dataSegsIn = info.dataSegmentsIn
        dataSegsOut = info.dataSegmentsOut
        sndWnd = info.sendWindow
    }
}

/// Writes a list as one JSON object, a socket a line, without holding all of them as text.
enum ListingJSON {
    ///
    /// - Parameter list: one that has kept the records.
    static func write(_ list: SocketList, _ write: (UnsafeRawBufferPointer) -> Bool) throws {
        var text = TextPiece(capacity: 64 << 10)
        text.append(literal: "{\"sockets\":[")
        for (number, place) in list.order.enumerated() {
            guard let record = list.record(place) else { continue }
            text.append(number == 0 ? "\n" : ",\n")
            try append(SocketDocument(record, list[place], in: list), to: &text)
            if text.count >= 60 << 10 {
                guard write(text.written) else { return }
                text.removeAll()
            }
        }
        text.append(literal: "],\n\"ports\":")
        try append(list.ports.map { PortDocument($0) }, to: &text)
        text.append(literal: "}\n")
        _ = write(text.written)
    }

    private static func append(_ document: some Encodable, to text: inout TextPiece) throws {
        try JSONText.bytes(of: document).dropLast().withUnsafeBytes { text.append($0) }
    }
}
