internal import SockDiag
internal import SockWatch

/// What was seen of one port while it was checked.
struct PortWindow: Sendable {
    /// Levels are judged by so many samples at the end: what heals within them is a moment, not a state.
    static let tailLength = 3

    private let first: PortSnapshot
    private let firstAt: MonotonicInstant
    private(set) var lastAt: MonotonicInstant
    /// The last samples, the newest at the end.
    private(set) var tail: [PortSnapshot]
    private(set) var established: ClosedRange<Int>
    private(set) var closeWait: ClosedRange<Int>
    /// Whether anybody listened on the port, or was connected to it.
    private(set) var hasLife: Bool
    /// Connections that came back.
    private(set) var reconnections = Reconnections()

    init(_ snapshot: PortSnapshot, at instant: MonotonicInstant) {
        first = snapshot
        firstAt = instant
        lastAt = instant
        tail = [snapshot]
        established = snapshot.tally[.established]...snapshot.tally[.established]
        closeWait = snapshot.tally[.closeWait]...snapshot.tally[.closeWait]
        hasLife = Self.hasLife(snapshot)
    }

    mutating func add(_ snapshot: PortSnapshot, at instant: MonotonicInstant) {
        reconnections.add(
            opened: Self.growth(last, snapshot) { $0.churn.opened },
            closed: Self.growth(last, snapshot) { $0.churn.closed }
        )
        lastAt = instant
        tail.append(snapshot)
        if tail.count > Self.tailLength { tail.removeFirst() }
        established = established.extended(to: snapshot.tally[.established])
        closeWait = closeWait.extended(to: snapshot.tally[.closeWait])
        hasLife = hasLife || Self.hasLife(snapshot)
    }

    /// The newest sample.
    var last: PortSnapshot { tail.last ?? first }

    /// Seconds from the first sample to the last.
    var seconds: Double { lastAt.seconds(since: firstAt) }

    var opened: UInt64 { Self.growth(first, last) { $0.churn.opened } }
    var closed: UInt64 { Self.growth(first, last) { $0.churn.closed } }
    var heartbeatsObserved: UInt64 { Self.growth(first, last) { $0.heartbeats.observed } }
    var heartbeatsMissed: UInt64 { Self.growth(first, last) { $0.heartbeats.missed } }

    /// By how much a counter grew. A port that was forgotten and found again has begun anew.
    private static func growth(_ first: PortSnapshot, _ last: PortSnapshot, _ counter: (Evidence) -> UInt64) -> UInt64 {
        let (from, to) = (counter(first.evidence), counter(last.evidence))
        return to > from ? to - from : 0
    }

    /// The port as people know it: `8080 orders`, `8080 orders (client)`, `8080 in blue`.
    var label: String {
        let name = last.watched.name.isEmpty ? "" : " \(last.watched.name)"
        let side = last.watched.side == .client ? " (client)" : ""
        return "\(last.watched.port)\(name)\(side)\(last.namespace.map { " in \($0)" } ?? "")"
    }

    private static func hasLife(_ snapshot: PortSnapshot) -> Bool {
        snapshot.tally.listeners > 0 || snapshot.tally.connections > 0
    }
}

extension ClosedRange<Int> {
    fileprivate func extended(to value: Int) -> ClosedRange<Int> {
        Swift.min(lowerBound, value)...Swift.max(upperBound, value)
    }

    /// `5`, or `3 to 40`.
    var text: String { lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)" }
}
