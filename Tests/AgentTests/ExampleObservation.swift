import Companion
import HostSystem
import SockDiag
import SockDiagTestKit
import SockWatch
import SocketOwners

@testable import sse_sockwatch

extension Observation {
    /// One port with a leak, a full accept queue and a client that does not read, and its server's own numbers. A
    /// connection has ended between the two samples, and one belongs to a service that is unknown.
    static func example(
        companion result: Result<CompanionReading, CompanionFailure>? = .success(.example),
        failure: String? = nil,
        evidence: EvidenceSettings = EvidenceSettings(hasEvents: true, countsCgroups: true)
    ) throws -> Observation {
        let now = MonotonicInstant(nanoseconds: 3_600_000_000_000)
        let watched = WatchedPort(
            port: 8080,
            name: "orders",
            thresholds: ConditionThresholds(closeWaitStuckAfter: 60),
            heartbeatInterval: 10
        )
        var engine = Engine(plan: WatchPlan(ports: [watched], evidence: evidence))
        engine.beginSample(.scheduled, at: now.advanced(by: -5))
        for record in try records(after: 0) { engine.add(record) }
        _ = engine.finishSample()
        engine.add(try end(at: now.advanced(by: -1)))
        if case .success(let reading) = result {
            engine.note(active: reading.activeConnections, ports: PortSet([8080]))
        }
        engine.beginSample(.scheduled, at: now)
        for record in try records(after: 5) { engine.add(record) }
        var statistics = SamplingStatistics()
        statistics.samples = 12
        statistics.failures = 1
        statistics.retries = 2
        statistics.eventsLost = 3
        statistics.hearsEvents = true
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
                attemptedAt: now,
                namespaces: NamespaceStatus(counts: [.sampled: 1])
            ),
            companions: round,
            companionPorts: result == nil ? [:] : ["8080": PortSet([8080])],
            agent: AgentStatus(
                lastReloadSuccess: WallClock(seconds: 1_699_999_000),
                answers: [200: 7, 404: 1],
                readsCompanions: true
            ),
            serviceNames: [11: ServiceName(cgroupPath: "/system.slice/orders.service")]
        )
    }

    /// The port's sockets, so many seconds after the first sample.
    private static func records(after seconds: UInt32) throws -> [SocketRecord] {
        var records = [
            try record(.listen, cookie: 1) {
                $0.receiveQueue = 64
                $0.sendQueue = 127
            },
            try record(.established, cookie: 2, sent: 1000 * (3 + seconds)) {
                // A window probe, and a window of 0.
                $0.timer = 4
                $0.sendQueue = 1000
            },
            try record(.established, cookie: 3, sent: 40) { $0.sendQueue = 24 },
        ]
        for (cookie, inode) in [(4, 9), (5, 0)] as [(UInt64, UInt32)] {
            records.append(
                try record(.closeWait, cookie: cookie, acknowledged: 85_500 + 1000 * seconds) {
                    $0.inode = inode
                    $0.receiveQueue = 1
                }
            )
        }
        if seconds == 0 { records.append(try record(.established, cookie: 6, sent: 2000)) }
        return records
    }

    /// The event of the connection that ended.
    private static func end(at instant: MonotonicInstant) throws -> ConnectionEnd {
        ConnectionEnd(try record(.close, cookie: 6, sent: 6000) { $0.sendQueue = 211 }, at: instant)
    }

    /// - Parameters:
    ///   - sent: milliseconds since the last write.
    ///   - acknowledged: milliseconds since the last acknowledgement.
    private static func record(
        _ state: TCPState,
        cookie: UInt64,
        sent: UInt32 = 0,
        acknowledged: UInt32 = 0,
        _ change: (inout MessageBuilder) -> Void = { _ in }
    ) throws -> SocketRecord {
        var info = TCPInfoBytes(length: 248)
        info.setLastDataSent(sent)
        info.setLastAckReceived(acknowledged)
        var builder = MessageBuilder()
        builder.state = state.rawValue
        builder.cookie = cookie
        builder.inode = 9
        builder.attributes = [.shutdown(0), .cgroupID(cookie == 5 ? 12 : 11), .info(info)]
        change(&builder)
        return try builder.record()
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
