public import SockDiag

/// What one dump said about one port.
public struct PortTally: Hashable, Sendable {
    /// Sockets by the kernel's state number, 1 to 12.
    private var counts = InlineCounts()

    /// Bytes written by the application and not acknowledged, over all connections.
    public private(set) var sendQueueBytes: UInt64 = 0
    /// Bytes received and not read, over all connections.
    public private(set) var receiveQueueBytes: UInt64 = 0
    /// The send queue of the connection that has the most.
    public private(set) var sendQueueLargestBytes: UInt32 = 0

    public private(set) var listeners = 0
    /// Connections that wait to be accepted, over all listeners.
    public private(set) var acceptQueue: UInt64 = 0
    /// The limits of the accept queues, over all listeners. Nil when one is not known.
    public var acceptQueueLimit: UInt64? { hasUnknownLimit ? nil : knownLimits }
    private var knownLimits: UInt64 = 0
    private var hasUnknownLimit = false
    /// The fullest accept queue of all listeners.
    public private(set) var acceptQueueFullest = AcceptQueueFill.empty

    /// Connections that have a full socket, so that an event will tell of their end. Not those in TIME_WAIT and
    /// SYN_RECEIVED, nor an orphan in FIN_WAIT2, which the kernel keeps in a smaller form.
    public private(set) var liveSockets = 0

    public init() {}

    /// How many sockets are in a state.
    public subscript(state: TCPState) -> Int { Int(counts[state.rawValue]) }

    /// All connections, in whatever state.
    public var connections: Int { TCPState.connectionStates.reduce(0) { $0 + self[$1] } }

    /// Those that a server counts as its own: in ESTABLISHED, and in CLOSE_WAIT, which it has yet to close.
    var open: Int { self[.established] + self[.closeWait] }

    mutating func add(_ record: borrowing SocketRecord) {
        counts.increment(record.state.rawValue)
        if record.state == .listen {
            listeners += 1
            acceptQueue += UInt64(record.receiveQueue)
            if record.tellsQueueLimit { knownLimits += UInt64(record.sendQueue) } else { hasUnknownLimit = true }
            acceptQueueFullest = .fuller(acceptQueueFullest, AcceptQueueFill(record))
        } else {
            if record.isFullSocket { liveSockets += 1 }
            sendQueueBytes += UInt64(record.sendQueue)
            receiveQueueBytes += UInt64(record.receiveQueue)
            sendQueueLargestBytes = max(sendQueueLargestBytes, record.sendQueue)
        }
    }

    /// Sixteen counters in place, so that a tally is a plain value and counting allocates nothing.
    private struct InlineCounts: Hashable, Sendable {
        private var low = SIMD8<UInt32>()
        private var high = SIMD8<UInt32>()

        subscript(index: UInt8) -> UInt32 { index & 8 == 0 ? low[Int(index & 7)] : high[Int(index & 7)] }

        mutating func increment(_ index: UInt8) {
            guard index < 16 else { return }
            if index & 8 == 0 { low[Int(index & 7)] &+= 1 } else { high[Int(index & 7)] &+= 1 }
        }
    }
}
