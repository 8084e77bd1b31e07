internal import Companion
internal import HostSystem
internal import SockDiag
internal import SockWatch

/// An observation as `/api/v1/snapshot` shows it. Names and units are those of the metrics.
struct SnapshotDocument: Encodable {
    let version = BuildVersion.number
    /// RFC 3339; nil before the first good sample.
    let sampledAt: String?
    let sampleAgeSeconds: Double?
    let sampleIntervalSeconds: Double
    let sampleFailure: String?
    /// What the kernel's table does not tell; nil when it tells all.
    let sampleShortcoming: String?
    let trackedSockets: Int
    let trackedSocketsLimit: Int
    let untrackedSockets: Int
    let ports: [PortDocument]

    init(_ observation: Observation, now: MonotonicInstant) {
        let sample = observation.sample
        sampledAt = sample.sampledAt?.text
        sampleAgeSeconds = sample.snapshot.sampledAt.map { now.seconds(since: $0).rounded(toPlaces: 3) }
        sampleIntervalSeconds = sample.statistics.interval.rounded(toPlaces: 3)
        sampleFailure = sample.failure
        sampleShortcoming = sample.shortcoming
        trackedSockets = sample.snapshot.trackedSockets
        trackedSocketsLimit = sample.snapshot.trackedSocketsLimit
        untrackedSockets = sample.snapshot.untrackedSockets
        ports = sample.snapshot.ports.map { port in
            PortDocument(
                port,
                services: observation.services(of: port),
                companion: observation.companion(of: port)
            )
        }
    }
}

/// One port, in the snapshot and in `list --json`.
struct PortDocument: Encodable {
    let port: UInt16
    /// Nil when only the agent's own is watched.
    let networkNamespace: String?
    let name: String
    let side: String
    /// The worst that holds.
    let condition: String
    let meaning: String
    let findings: [FindingDocument]
    /// Connections by state.
    let tcpSockets: [String: Int]
    /// The service with the most connections in CLOSE_WAIT first. Nil when the services are not known.
    let services: [ServiceDocument]?
    let closeWait: CloseWaitDocument
    let queues: QueuesDocument
    let listen: ListenDocument
    /// Nil where the kernel's table does not tell of single connections.
    let evidence: EvidenceDocument?
    let companion: CompanionDocument?

    struct FindingDocument: Encodable {
        let condition: String
        let meaning: String
        let sentence: String
        let facts: [String: Double]
    }

    struct ServiceDocument: Encodable {
        let service: String
        let established: Int
        let closeWait: Int
    }

    struct CloseWaitDocument: Encodable {
        let oldestAgeSeconds: Double
        let stuckAfterSeconds: Double
        let stuckSockets: [String: Int]
        let entered: UInt64
        let left: UInt64
    }

    struct QueuesDocument: Encodable {
        let sendQueueBytes: UInt64
        let sendQueueLargestBytes: UInt32
        let receiveQueueBytes: UInt64
    }

    struct ListenDocument: Encodable {
        let listeners: Int
        let backlog: UInt64
        /// Nil where the kernel does not tell it.
        let backlogLimit: UInt64?
        let backlogFullestRatio: Double?
    }

    struct CompanionDocument: Encodable {
        let up: Bool
        let failure: String?
        let scrapeDurationSeconds: Double
        let activeConnections: Double?
        let reconnectionsTotal: Double?
        let reconnectionRate: Double?
        let idleTimeoutEventsTotal: Double?
        let heartbeatsExpectedTotal: Double?
        let heartbeatsMissedTotal: Double?
        let heartbeatMissRatio: Double?
        let refused: [String]
    }

    init(
        _ snapshot: PortSnapshot,
        services counts: [ServiceCount] = [],
        companion outcome: CompanionOutcome? = nil
    ) {
        port = snapshot.watched.port
        networkNamespace = snapshot.namespace
        name = snapshot.watched.name
        side = snapshot.watched.side.rawValue
        condition = snapshot.condition.rawValue
        meaning = snapshot.condition.meaning(on: snapshot.watched.side)
        findings = snapshot.findings.map { finding in
            FindingDocument(
                condition: finding.condition.rawValue,
                meaning: finding.condition.meaning(on: snapshot.watched.side),
                sentence: finding.sentence,
                facts: Dictionary(finding.facts.map { ($0.name, $0.value) }) { first, _ in first }
            )
        }
        tcpSockets = Dictionary(
            TCPState.connectionStates.map { ($0.label, snapshot.tally[$0]) },
            uniquingKeysWith: { first, _ in first }
        )
        let services = counts.map { count in
            ServiceDocument(
                service: count.service,
                established: count.counts.established,
                closeWait: count.counts.closeWait
            )
        }
        self.services = services.isEmpty ? nil : services
        closeWait = CloseWaitDocument(
            oldestAgeSeconds: snapshot.closeWait.oldestAge.rounded(toPlaces: 3),
            stuckAfterSeconds: snapshot.watched.thresholds.closeWaitStuckAfter,
            stuckSockets: Dictionary(
                CloseWaitSnapshot.Cause.allCases.map { ($0.rawValue, snapshot.closeWait.stuck($0)) },
                uniquingKeysWith: { first, _ in first }
            ),
            entered: snapshot.closeWait.entered,
            left: snapshot.closeWait.left
        )
        queues = QueuesDocument(
            sendQueueBytes: snapshot.tally.sendQueueBytes,
            sendQueueLargestBytes: snapshot.tally.sendQueueLargestBytes,
            receiveQueueBytes: snapshot.tally.receiveQueueBytes
        )
        listen = ListenDocument(
            listeners: snapshot.tally.listeners,
            backlog: snapshot.tally.acceptQueue,
            backlogLimit: snapshot.tally.acceptQueueLimit,
            backlogFullestRatio: snapshot.tally.acceptQueueLimit == nil ? nil : snapshot.acceptQueuePeak.ratio
        )
        evidence = EvidenceDocument(snapshot.evidence)
        companion = outcome.map(CompanionDocument.init)
    }
}

extension PortDocument.CompanionDocument {
    init(_ outcome: CompanionOutcome) {
        let reading = outcome.reading
        up = outcome.isUp
        failure = outcome.failure?.description
        scrapeDurationSeconds = outcome.duration.inSeconds.rounded(toPlaces: 6)
        activeConnections = reading?.activeConnections
        if case .total(let total, _) = reading?.reconnections {
            reconnectionsTotal = total
        } else {
            reconnectionsTotal = nil
        }
        reconnectionRate = reading?.reconnections?.ratePerSecond
        idleTimeoutEventsTotal = reading?.idleTimeoutEvents
        if case .counters(let expected, let missed, _) = reading?.heartbeats {
            heartbeatsExpectedTotal = expected
            heartbeatsMissedTotal = missed
        } else {
            heartbeatsExpectedTotal = nil
            heartbeatsMissedTotal = nil
        }
        heartbeatMissRatio = reading?.heartbeats?.missRatio
        refused = (reading?.refused ?? []).map(\.description)
    }
}

extension Double {
    /// Rounded to some decimal places, so that a document holds no digits that mean nothing.
    func rounded(toPlaces places: Int) -> Double {
        // A number so large has no such digits, and the largest times the factor would be infinite.
        guard magnitude < 0x1p53 else { return self }
        let factor = (0..<places).reduce(1.0) { result, _ in result * 10 }
        return (self * factor).rounded() / factor
    }
}
