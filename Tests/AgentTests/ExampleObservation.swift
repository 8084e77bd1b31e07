import Companion
import HostSystem
import SockDiag
import SockDiagTestKit
import SockWatch

@testable import sse_sockwatch

extension Observation {
    /// One port with a leak and a full accept queue, and its server's own numbers.
    static func example(
        companion result: Result<CompanionReading, CompanionFailure>? = .success(.example),
        failure: String? = nil
    ) throws -> Observation {
        let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
        let watched = WatchedPort(port: 8080, name: "orders", thresholds: ConditionThresholds(closeWaitStuckAfter: 60))
        var engine = Engine(plan: WatchPlan(ports: [watched]))
        engine.beginSample(.scheduled, at: now)
        for record in try records { engine.add(record) }
        var statistics = SamplingStatistics()
        statistics.samples = 12
        statistics.failures = 1
        statistics.retries = 2
        statistics.durations.observe(0.002)
        statistics.lastDuration = 0.002
        statistics.interval = 5
        statistics.lastGood = WallClock(seconds: 1_700_000_000.5)
        var round = CompanionPoller.Round()
        round.duration = 0.125
        if let result {
            round.outcomes = [
                "8080": CompanionOutcome(result: result, duration: .milliseconds(125), refusedTotal: 3)
            ]
        }
        return Observation(
            sample: Sample(
                snapshot: engine.finishSample(),
                statistics: statistics,
                failure: failure,
                sampledAt: WallClock(seconds: 1_700_000_000.5),
                attemptedAt: now
            ),
            companions: round,
            companionPorts: result == nil ? [:] : ["8080": PortSet([8080])],
            agent: AgentStatus(
                lastReloadSuccess: WallClock(seconds: 1_699_999_000),
                answers: [200: 7, 404: 1],
                readsCompanions: true
            )
        )
    }

    private static var records: [SocketRecord] {
        get throws {
            var records: [SocketRecord] = []
            var builder = MessageBuilder()
            func add(_ state: TCPState, cookie: UInt64, _ change: (inout MessageBuilder) -> Void = { _ in }) throws {
                builder = MessageBuilder()
                builder.state = state.rawValue
                builder.cookie = cookie
                builder.inode = 9
                change(&builder)
                records.append(try builder.record())
            }
            try add(.listen, cookie: 1) {
                $0.receiveQueue = 64
                $0.sendQueue = 127
            }
            try add(.established, cookie: 2) { $0.sendQueue = 1000 }
            try add(.established, cookie: 3) { $0.sendQueue = 24 }
            for (cookie, inode) in [(4, 9), (5, 0)] as [(UInt64, UInt32)] {
                try add(.closeWait, cookie: cookie) {
                    $0.inode = inode
                    $0.receiveQueue = 1
                    var info = TCPInfoBytes(length: 248)
                    info.setLastAckReceived(90_500)
                    $0.attributes = [.info(info)]
                }
            }
            return records
        }
    }
}

extension CompanionReading {
    static let example = CompanionReading(
        activeConnections: 3,
        reconnections: .total(41, ratePerSecond: 0.5),
        idleTimeoutEvents: 6,
        heartbeats: .ratio(0.0125)
    )
}
