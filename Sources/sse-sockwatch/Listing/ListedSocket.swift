internal import SockDiag
internal import SockWatch

/// What a list keeps of every socket: what people are shown, and what its owners are found by.
struct ListedSocket {
    let local: SocketEndpoint
    let remote: SocketEndpoint
    /// 0 when the kernel does not say.
    private let cgroup: UInt64
    let receiveQueue: UInt32
    let sendQueue: UInt32
    let inode: UInt32
    private let sinceData: UInt32
    private let sinceAcknowledgement: UInt32
    let state: TCPState
    private let hasInfo: Bool

    init(_ record: borrowing SocketRecord) {
        local = record.local
        remote = record.remote
        cgroup = record.cgroupID ?? 0
        receiveQueue = record.receiveQueue
        sendQueue = record.sendQueue
        inode = record.inode
        state = record.state
        hasInfo = record.tcpInfo != nil
        sinceData = record.tcpInfo.map { min($0.lastDataSent, $0.lastDataReceived) } ?? 0
        sinceAcknowledgement = record.tcpInfo?.lastAckReceived ?? 0
    }

    var cgroupID: UInt64? { cgroup == 0 ? nil : cgroup }

    /// Milliseconds since data last went either way. Nil without tcp_info, and for listeners.
    var idleMilliseconds: UInt32? { hasInfo && state != .listen ? sinceData : nil }

    /// Milliseconds since the peer's FIN, at least. Nil for other states and without tcp_info.
    var closeWaitMilliseconds: UInt32? { hasInfo && state == .closeWait ? sinceAcknowledgement : nil }

    /// Ports together, listeners first, and those in CLOSE_WAIT by age, the oldest first.
    @inline(__always)
    var rank: UInt64 {
        let place = state == .listen ? 0 : UInt64(state.rawValue)
        let youth = state == .closeWait ? UInt32.max - sinceAcknowledgement : 0
        return UInt64(local.port) << 40 | place << 32 | UInt64(youth)
    }

    /// What is wrong with this one socket; nil when nothing is.
    ///
    /// - Parameter bound: how long it must be in CLOSE_WAIT to be stuck, in seconds.
    func complaint(stuckAfter bound: Double) -> CloseWaitSnapshot.Cause? {
        guard let age = closeWaitMilliseconds, Double(age) / 1000 > bound else { return nil }
        return inode == 0 ? .unaccepted : .unclosed
    }
}
