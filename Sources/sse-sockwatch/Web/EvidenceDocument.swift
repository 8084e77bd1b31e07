internal import SockWatch

/// What was found out about a port's connections one by one, in the snapshot and in `list --json`.
struct EvidenceDocument: Encodable {
    let heartbeatIntervalSeconds: Double?
    let heartbeatIntervalIsLearned: Bool
    let heartbeatsObserved: UInt64
    let heartbeatsMissed: UInt64
    /// Of late, and over how many seconds. Absent while too few heartbeats were due to tell.
    let heartbeatMissRatio: Double?
    let heartbeatMissRatioWindowSeconds: Double?
    let silentSockets: Int
    let halfOpenSockets: [String: Int]
    let blindSockets: Int
    let slowConsumerSockets: Int
    let localSendFailureSockets: Int
    let keepaliveSockets: [String: Int]
    let retransmittedSegments: UInt64
    let writtenBytes: UInt64
    let connectionsOpened: UInt64
    let connectionsClosed: UInt64
    let connectionsOpenedPerSecond: Double?
    let connectionsClosedPerSecond: Double?
    let undeliveredBytes: UInt64
    let pathIdleTimeoutSeconds: Double?
    let shareRatio: Double
    let connectionDrift: Double?

    init(_ evidence: Evidence) {
        let liveness = evidence.liveness
        heartbeatIntervalSeconds = evidence.heartbeats.interval
        heartbeatIntervalIsLearned = evidence.heartbeats.isLearned
        heartbeatsObserved = evidence.heartbeats.observed
        heartbeatsMissed = evidence.heartbeats.missed
        heartbeatMissRatio = evidence.recentHeartbeats.map { $0.missRatio.rounded(toPlaces: 6) }
        heartbeatMissRatioWindowSeconds = evidence.recentHeartbeats.map { $0.seconds.rounded(toPlaces: 3) }
        silentSockets = liveness.silent
        halfOpenSockets = [
            "retransmission": liveness.halfOpenByRetransmission, "keepalive": liveness.halfOpenByKeepalive,
        ]
        blindSockets = liveness.blind
        slowConsumerSockets = liveness.slowConsumers
        localSendFailureSockets = liveness.localSendFailures
        keepaliveSockets = [
            "on": liveness.keepaliveOn, "off": liveness.keepaliveOff, "unknown": liveness.keepaliveUnknown,
        ]
        retransmittedSegments = evidence.traffic.retransmittedSegments
        writtenBytes = evidence.traffic.writtenBytes
        connectionsOpened = evidence.churn.opened
        connectionsClosed = evidence.churn.closed
        connectionsOpenedPerSecond = evidence.churnRate?.opened.rounded(toPlaces: 3)
        connectionsClosedPerSecond = evidence.churnRate?.closed.rounded(toPlaces: 3)
        undeliveredBytes = evidence.churn.undeliveredBytes
        pathIdleTimeoutSeconds = evidence.churn.pathIdleTimeout
        shareRatio = evidence.share
        connectionDrift = evidence.drift?.value
    }
}
