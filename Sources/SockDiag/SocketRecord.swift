/// One TCP socket as the kernel reported it at one moment.
public struct SocketRecord: Hashable, Sendable {
    /// Whether the socket itself is an IPv6 one. A v4 client of a `::` listener has an IPv6 socket and IPv4 addresses.
    public var isIPv6: Bool
    public var state: TCPState
    public var local: SocketEndpoint
    public var remote: SocketEndpoint
    /// The interface that the socket is bound to, 0 for none; `idiag_if`.
    public var interfaceIndex: UInt32
    /// Identifies the socket until the machine restarts, also when it becomes a TIME_WAIT object. Never reused.
    public var cookie: UInt64

    /// Which timer runs; `idiag_timer`.
    public var timer: SocketTimer
    /// Milliseconds until that timer ends; `idiag_expires`.
    public var timerExpires: UInt32
    /// Retransmissions, or unanswered probes when the timer is keepalive or zero-window; `idiag_retrans`.
    public var retransmits: UInt8

    /// Bytes received and not read (a received FIN counts 1); for a listener the connections waiting in its accept
    /// queue. `idiag_rqueue`.
    public var receiveQueue: UInt32
    /// Bytes written and not acknowledged; for a listener the limit of its accept queue. `idiag_wqueue`.
    public var sendQueue: UInt32

    /// The owner of the socket when it was created; `idiag_uid`.
    public var uid: UInt32
    /// The inode of the socket's descriptor. 0 when no process holds it: TIME_WAIT and orphans, and connections that
    /// were never accepted. `idiag_inode`.
    public var inode: UInt32

    /// Which directions have been shut down. Nil for objects that have no such flags (TIME_WAIT, SYN_RECEIVED).
    public var shutdown: ShutdownFlags?
    /// The inode of the cgroup-v2 directory of the socket's creator. Nil where the kernel does not say (before 5.8, and
    /// for TIME_WAIT and SYN_RECEIVED).
    public var cgroupID: UInt64?
    /// Present when it was asked for and the socket is a full one.
    public var tcpInfo: TCPInfo?
    /// Of a listener, whether ``sendQueue`` is the limit of its accept queue: procfs does not tell it.
    public var tellsQueueLimit = true
}

/// The timer that runs on a socket, by the kernel's number in `idiag_timer`.
public struct SocketTimer: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let none = SocketTimer(rawValue: 0)
    /// Retransmission; also the loss probe, and a request socket's SYN-ACK.
    public static let retransmit = SocketTimer(rawValue: 1)
    public static let keepalive = SocketTimer(rawValue: 2)
    public static let timeWait = SocketTimer(rawValue: 3)
    /// Zero-window probe.
    public static let zeroWindowProbe = SocketTimer(rawValue: 4)
}

extension SocketTimer: CustomStringConvertible {
    /// The name that `ss -o` prints: `on`, `keepalive`, `timewait`, `persist`.
    public var description: String {
        switch self {
        case .none: "off"
        case .retransmit: "on"
        case .keepalive: "keepalive"
        case .timeWait: "timewait"
        case .zeroWindowProbe: "persist"
        default: "unknown"
        }
    }
}

/// The directions of a socket that have been shut down, from INET_DIAG_SHUTDOWN.
public struct ShutdownFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Nothing more will be received: the peer sent FIN, or the application shut reading down.
    public static let receive = ShutdownFlags(rawValue: 1)
    /// Nothing more will be sent.
    public static let send = ShutdownFlags(rawValue: 2)
}

extension SocketRecord {
    /// An empty record for tests and for filling in.
    public init(state: TCPState, local: SocketEndpoint, remote: SocketEndpoint, cookie: UInt64) {
        self.init(
            isIPv6: false,
            state: state,
            local: local,
            remote: remote,
            interfaceIndex: 0,
            cookie: cookie,
            timer: .none,
            timerExpires: 0,
            retransmits: 0,
            receiveQueue: 0,
            sendQueue: 0,
            uid: 0,
            inode: 0,
            shutdown: nil,
            cgroupID: nil,
            tcpInfo: nil
        )
    }
}

extension SocketRecord {
    /// Whether this is a full socket, and not one of the small objects that the kernel keeps for TIME_WAIT, for an orphan
    /// in FIN_WAIT2 and for a connection that is being set up. In those states only full ones say which directions were
    /// shut down.
    public var isFullSocket: Bool {
        switch state {
        case .timeWait, .finWait2, .synReceived: shutdown != nil
        default: true
        }
    }
}
