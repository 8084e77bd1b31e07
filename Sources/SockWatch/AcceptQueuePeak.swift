internal import SockDiag

/// How full an accept queue was.
public struct AcceptQueueFill: Hashable, Sendable {
    /// Connections that waited to be accepted; a listener's `idiag_rqueue`.
    public let waiting: UInt32
    /// The queue's limit, the listener's `backlog`; `idiag_wqueue`. The largest number when it is not known.
    public let limit: UInt32

    /// 0 to 1; 0 when the limit is not known. The kernel admits one connection more than the limit says.
    public var ratio: Double { limit == .max ? 0 : min(1, Double(waiting) / (Double(limit) + 1)) }

    static let empty = AcceptQueueFill(waiting: 0, limit: 0)

    init(waiting: UInt32, limit: UInt32) {
        self.waiting = waiting
        self.limit = limit
    }

    init(_ listener: borrowing SocketRecord) {
        self.init(waiting: listener.receiveQueue, limit: listener.tellsQueueLimit ? listener.sendQueue : .max)
    }

    /// The fuller one.
    static func fuller(_ one: AcceptQueueFill, _ other: AcceptQueueFill) -> AcceptQueueFill {
        other.ratio > one.ratio ? other : one
    }
}

/// The fullest accept queue of a port since the scheduled sample before the last.
///
/// A queue fills up and is emptied within a second, and samples are many seconds apart; so listeners are looked at in
/// between, and what was seen stands for one to two intervals.
struct AcceptQueuePeak: Sendable {
    private var sinceLastSample = AcceptQueueFill.empty
    private var beforeLastSample = AcceptQueueFill.empty

    var fullest: AcceptQueueFill { .fuller(beforeLastSample, sinceLastSample) }

    mutating func add(_ fill: AcceptQueueFill) {
        sinceLastSample = .fuller(sinceLastSample, fill)
    }

    /// Adds what a scheduled sample saw, and begins the next interval.
    mutating func finishSample(_ fill: AcceptQueueFill) {
        add(fill)
        beforeLastSample = sinceLastSample
        sinceLastSample = .empty
    }
}
