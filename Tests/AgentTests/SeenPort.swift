import SockDiagTestKit

@testable import SockDiag
@testable import SockWatch
@testable import sse_sockwatch

/// A port as one sample saw it, made of the numbers that a check judges.
struct SeenPort {
    var watched = WatchedPort(port: 8080, name: "orders")
    var listeners = 1
    var established = 0
    var closeWait = 0
    /// Of those in CLOSE_WAIT.
    var stuck = 0
    var halfOpen = 0
    var silent = 0
    var heartbeatInterval: Double?
    /// Whether what is written contradicts the interval.
    var isContradicted = false
    var observed: UInt64 = 0
    var missed: UInt64 = 0
    var opened: UInt64 = 0
    var closed: UInt64 = 0
    var drift: Drift?
    var conditions: [PortCondition] = []

    func snapshot() throws -> PortSnapshot {
        var tally = PortTally()
        for (state, count) in [(TCPState.listen, listeners), (.established, established), (.closeWait, closeWait)] {
            let record = try Self.record(state)
            for _ in 0..<count { tally.add(record) }
        }
        var closeWaits = CloseWaitSnapshot()
        for _ in 0..<stuck { closeWaits.add(age: 90, inode: 7, stuckAfter: 60) }
        var liveness = LivenessTally()
        try add(halfOpen, to: &liveness) {
            $0.timer = 2
            $0.retransmits = 1
            $0.sendQueue = 1
        }
        try add(silent, to: &liveness)
        var heartbeats = HeartbeatEvidence()
        (heartbeats.observed, heartbeats.missed, heartbeats.interval) = (observed, missed, heartbeatInterval)
        heartbeats.isContradicted = isContradicted
        var churn = Churn()
        churn.countAppeared(weight: opened)
        churn.countVanished(age: 1, weight: closed)
        return PortSnapshot(
            watched: watched,
            tally: tally,
            acceptQueuePeak: tally.acceptQueueFullest,
            cgroups: .none,
            closeWait: closeWaits,
            evidence: Evidence(
                followsConnections: true,
                hearsEnds: true,
                heartbeats: heartbeats,
                recentHeartbeats: nil,
                liveness: liveness,
                traffic: TrafficTotals(),
                churn: churn,
                churnRate: nil,
                sendIdle: Histogram(bounds: Evidence.sendIdleBounds),
                share: 1,
                drift: drift
            ),
            findings: conditions.map { Finding($0, "\($0.rawValue) holds.") }
        )
    }

    /// Connections that have been idle for an hour.
    private func add(
        _ count: Int,
        to liveness: inout LivenessTally,
        _ change: (inout MessageBuilder) -> Void = { _ in }
    ) throws {
        var bytes = TCPInfoBytes(length: 248)
        bytes.setLastDataSent(3_600_000)
        var builder = MessageBuilder(change)
        builder.attributes = [.shutdown(0), .info(bytes)]
        let record = try builder.record()
        guard let info = record.tcpInfo else { return }
        for _ in 0..<count { liveness.add(record, info, on: .server, heartbeat: heartbeatInterval, weight: 1) }
    }

    private static func record(_ state: TCPState) throws -> SocketRecord {
        try MessageBuilder { $0.state = state.rawValue }.record()
    }
}
