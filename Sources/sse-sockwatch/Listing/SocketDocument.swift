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

    init(_ record: SocketRecord, in list: SocketList) {
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
        service = list.service(of: record)?.description
        shutdown = record.shutdown.map { flags in
            [(ShutdownFlags.receive, "receive"), (.send, "send")].filter { flags.contains($0.0) }.map(\.1)
        }
        idleSeconds = record.idleSeconds
        closeWaitAgeSeconds = record.closeWaitSeconds
        stuck = record.complaint(stuckAfter: list.stuckAfter(record))?.rawValue
        processes = list.owners.map { _ in
            list.owners(of: record).map { ProcessDocument(pid: $0.pid, command: $0.command, fd: $0.descriptor) }
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
    static func write(_ list: SocketList, _ write: (String) -> Bool) throws {
        var text = "{\"sockets\":["
        for (number, socket) in list.sockets.enumerated() {
            let document = try JSONText.bytes(of: SocketDocument(socket, in: list)).dropLast()
            text += (number == 0 ? "\n" : ",\n") + String(decoding: document, as: UTF8.self)
            if text.utf8.count >= 64 << 10 {
                guard write(text) else { return }
                text.removeAll(keepingCapacity: true)
            }
        }
        let ports = try JSONText.bytes(of: list.ports.map { PortDocument($0) })
        text += "],\n\"ports\":" + String(decoding: ports.dropLast(), as: UTF8.self) + "}\n"
        _ = write(text)
    }
}
