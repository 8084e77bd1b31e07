internal import SockDiag

/// What one sample says about the liveness of a port's connections.
public struct LivenessTally: Hashable, Sendable {
    /// Established, nothing unacknowledged, and nothing written by the server for one and a half heartbeats.
    public private(set) var silent = 0
    /// The peer does not answer: retransmissions go unacknowledged, or keepalive probes do.
    public private(set) var halfOpenByRetransmission = 0
    public private(set) var halfOpenByKeepalive = 0
    /// Idle without keepalive: if the peer were gone, nothing would show it.
    public private(set) var blind = 0
    /// The peer's receive window is closed: it reads slower than the server writes.
    public private(set) var slowConsumers = 0
    /// Data cannot leave this machine: the interface is down, or there is no route.
    public private(set) var localSendFailures = 0
    /// Whether SO_KEEPALIVE is set, as far as is known.
    public private(set) var keepaliveOn = 0
    public private(set) var keepaliveOff = 0
    public private(set) var keepaliveUnknown = 0

    /// Milliseconds.
    private var longestSilentTime: UInt32 = 0
    private var longestUnansweredTime: UInt32 = 0

    /// For how long the silent one that has been so longest has had nothing, in seconds; 0 when none is.
    public var longestSilence: Double { Double(longestSilentTime) / 1000 }
    /// How long ago the half-open one that has been so longest last acknowledged anything, in seconds; 0 when none is.
    public var longestUnanswered: Double { Double(longestUnansweredTime) / 1000 }

    public var halfOpen: Int { halfOpenByRetransmission + halfOpenByKeepalive }

    /// Retransmissions with this many doublings of the timeout behind them: some 3 to 5 s without an answer. Lossy mobile
    /// links reach two and three for moments.
    private static let unansweredBackoff: UInt8 = 3
    /// A slow peer answers every window probe, and each answer sets their number back.
    private static let unansweredProbes: UInt8 = 3
    /// A peer's window below this is closed in practice.
    private static let closedWindow: UInt32 = 1024

    mutating func add(
        _ record: borrowing SocketRecord,
        _ info: TCPInfo,
        on side: WatchedPort.Side,
        heartbeat: Double?,
        weight: Int
    ) {
        let isIdle = record.sendQueue == 0 && info.unacked == 0
        let silence = info.serverSilence(seenFrom: side)
        if isIdle, let heartbeat, Double(silence) / 1000 > 1.5 * heartbeat {
            silent += weight
            longestSilentTime = max(longestSilentTime, silence)
        }
        let halfOpenBefore = halfOpen
        defer {
            if halfOpen > halfOpenBefore { longestUnansweredTime = max(longestUnansweredTime, info.lastAckReceived) }
        }
        switch record.timer {
        case .none where isIdle:
            blind += weight
        case .keepalive where record.retransmits >= 1:
            halfOpenByKeepalive += weight
        case .zeroWindowProbe where record.retransmits >= Self.unansweredProbes && Self.isWindowClosed(info):
            halfOpenByRetransmission += weight
        case .zeroWindowProbe:
            if Self.isWindowClosed(info) { slowConsumers += weight } else { localSendFailures += weight }
        case _ where info.unacked > 0 && info.backoff >= Self.unansweredBackoff:
            halfOpenByRetransmission += weight
        default:
            break
        }
    }

    mutating func add(_ keepalive: LedgerEntry.Keepalive, weight: Int) {
        switch keepalive {
        case .on: keepaliveOn += weight
        case .off: keepaliveOff += weight
        case .unknown: keepaliveUnknown += weight
        }
    }

    /// A zero-window probe runs also when the interface is down; then the peer's window is known to be open.
    private static func isWindowClosed(_ info: TCPInfo) -> Bool {
        if let window = info.sendWindow, window <= closedWindow { return true }
        guard let limited = info.receiveWindowLimited, let busy = info.busyTime, busy > 0 else {
            return info.sendWindow == nil
        }
        return Double(limited) / Double(busy) > 0.5
    }
}

extension TCPInfo {
    /// Milliseconds since the server last wrote something: heartbeats go from it to the client.
    func serverSilence(seenFrom side: WatchedPort.Side) -> UInt32 {
        side == .server ? lastDataSent : lastDataReceived
    }
}

extension LedgerEntry.Keepalive {
    /// What a socket's timer tells. Only an idle socket's does: other timers hide that of keepalive.
    init?(_ record: borrowing SocketRecord, _ info: TCPInfo) {
        switch record.timer {
        case .keepalive: self = .on
        case .none where record.sendQueue == 0 && info.unacked == 0: self = .off
        default: return nil
        }
    }
}
