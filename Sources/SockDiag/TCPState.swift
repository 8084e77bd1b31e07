/// A TCP state, by the kernel's number (`include/net/tcp_states.h`), named as RFC 9293 names it.
///
/// A raw value and not a closed enum, because the kernel may report a state that this package does not know.
public struct TCPState: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let established = TCPState(rawValue: 1)
    public static let synSent = TCPState(rawValue: 2)
    /// SYN_RECEIVED. Request sockets (NEW_SYN_RECV inside the kernel) are reported as this state, too.
    public static let synReceived = TCPState(rawValue: 3)
    public static let finWait1 = TCPState(rawValue: 4)
    public static let finWait2 = TCPState(rawValue: 5)
    public static let timeWait = TCPState(rawValue: 6)
    public static let close = TCPState(rawValue: 7)
    public static let closeWait = TCPState(rawValue: 8)
    public static let lastAck = TCPState(rawValue: 9)
    public static let listen = TCPState(rawValue: 10)
    public static let closing = TCPState(rawValue: 11)

    /// The states that a connection can be in: all but LISTEN, in the kernel's order.
    public static let connectionStates: [TCPState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .close, .closeWait, .lastAck, .closing,
    ]

    /// All states that a dump can report, in the kernel's order.
    public static let allKnown: [TCPState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .close, .closeWait, .lastAck, .listen,
        .closing,
    ]
}

extension TCPState: CustomStringConvertible {
    /// The name in capitals with underscores, as in `/proc/net` tools: `CLOSE_WAIT`.
    public var description: String {
        label.uppercased()
    }

    /// The name in small letters with underscores, as a label value: `close_wait`.
    public var label: String {
        switch self {
        case .established: "established"
        case .synSent: "syn_sent"
        case .synReceived: "syn_recv"
        case .finWait1: "fin_wait1"
        case .finWait2: "fin_wait2"
        case .timeWait: "time_wait"
        case .close: "close"
        case .closeWait: "close_wait"
        case .lastAck: "last_ack"
        case .listen: "listen"
        case .closing: "closing"
        default: "state_\(rawValue)"
        }
    }

    /// The name as `ss` prints it: `ESTAB`, `CLOSE-WAIT`.
    public var ssName: String {
        switch self {
        case .established: "ESTAB"
        case .close: "UNCONN"
        case .finWait1: "FIN-WAIT-1"
        case .finWait2: "FIN-WAIT-2"
        default: String(description.map { $0 == "_" ? "-" : $0 })
        }
    }

    /// Reads a state's name as people write it: `close-wait`, `CLOSE_WAIT`, `closewait`, `estab`, `fin-wait-1`.
    public init?(name: String) {
        let plain = name.lowercased().filter { $0 != "-" && $0 != "_" }
        let synonyms: [String: TCPState] = [
            "estab": .established, "synreceived": .synReceived, "listening": .listen, "unconn": .close,
            "closed": .close,
        ]
        if let state = synonyms[plain] {
            self = state
            return
        }
        guard let state = TCPState.allKnown.first(where: { $0.label.filter { $0 != "_" } == plain }) else { return nil }
        self = state
    }
}

/// A set of TCP states, as the request's `idiag_states` has it: bit `1 << state`.
public struct TCPStateSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public init(_ states: some Sequence<TCPState>) {
        self.init(rawValue: states.reduce(0) { $0 | 1 << UInt32($1.rawValue & 31) })
    }

    /// Every state but BOUND_INACTIVE (bit 13): asking for that one walks the bind table under its lock, ignores the
    /// port filter, and returns sockets that have no connection.
    public static let all = TCPStateSet(rawValue: 0x0FFF)
    public static let listen = TCPStateSet([.listen])

    public func contains(_ state: TCPState) -> Bool {
        rawValue & 1 << UInt32(state.rawValue & 31) != 0
    }
}
