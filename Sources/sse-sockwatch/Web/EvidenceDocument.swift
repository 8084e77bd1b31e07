internal import SockWatch

/// What was found out about a port's connections one by one, in the snapshot and in `list --json`. What was not looked at
/// is absent.
struct EvidenceDocument: Encodable {
    let heartbeatIntervalSeconds: Double?
    let heartbeatIntervalIsLearned: Bool?
    let heartbeatsObserved: UInt64?
    let heartbeatsMissed: UInt64?
    /// Of late, and over how many seconds. Absent while too few heartbeats were due to tell.
    let heartbeatMissRatio: Double?
    let heartbeatMissRatioWindowSeconds: Double?
    let silentSockets: Int?
    let halfOpenSockets: [String: Int]?
    let blindSockets: Int?
    let slowConsumerSockets: Int?
    let localSendFailureSockets: Int?
    let keepaliveSockets: [String: Int]?
    let retransmittedSegments: UInt64?
    let writtenBytes: UInt64?
    let connectionsOpened: UInt64?
    let connectionsClosed: UInt64?
    let connectionsOpenedPerSecond: Double?
    let connectionsClosedPerSecond: Double?
    let undeliveredBytes: UInt64?
    let pathIdleTimeoutSeconds: Double?
    let shareRatio: Double?
    let connectionDrift: Double?

    /// Nil when nothing was looked at.
    init?(_ evidence: Evidence) {
        guard evidence.countsChurn || evidence.drift != nil else { return nil }
        let followed = evidence.followsConnections ? evidence : nil
        let counted = evidence.countsChurn ? evidence : nil
        let ended = evidence.hearsEnds ? evidence.churn : nil
        let heartbeats = followed?.heartbeats
        let recent = followed?.recentHeartbeats
        let liveness = followed?.liveness
        heartbeatIntervalSeconds = heartbeats?.interval
        heartbeatIntervalIsLearned = heartbeats?.isLearned
        heartbeatsObserved = heartbeats?.observed
        heartbeatsMissed = heartbeats?.missed
        heartbeatMissRatio = recent?.missRatio.rounded(toPlaces: 6)
        heartbeatMissRatioWindowSeconds = recent?.seconds.rounded(toPlaces: 3)
        silentSockets = liveness?.silent
        halfOpenSockets = liveness.map {
            ["retransmission": $0.halfOpenByRetransmission, "keepalive": $0.halfOpenByKeepalive]
        }
        blindSockets = liveness?.blind
        slowConsumerSockets = liveness?.slowConsumers
        localSendFailureSockets = liveness?.localSendFailures
        keepaliveSockets = liveness.map {
            ["on": $0.keepaliveOn, "off": $0.keepaliveOff, "unknown": $0.keepaliveUnknown]
        }
        retransmittedSegments = followed?.traffic.retransmittedSegments
        writtenBytes = followed?.traffic.writtenBytes
        connectionsOpened = counted?.churn.opened
        connectionsClosed = counted?.churn.closed
        connectionsOpenedPerSecond = counted?.churnRate?.opened.rounded(toPlaces: 3)
        connectionsClosedPerSecond = counted?.churnRate?.closed.rounded(toPlaces: 3)
        undeliveredBytes = ended?.undeliveredBytes
        pathIdleTimeoutSeconds = ended?.pathIdleTimeout
        shareRatio = followed?.share
        connectionDrift = evidence.drift?.value
    }
}
