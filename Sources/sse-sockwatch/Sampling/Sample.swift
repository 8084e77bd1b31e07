internal import HostSystem
internal import SockWatch

/// What the sampler hands to everybody who shows something.
struct Sample: Sendable {
    let snapshot: Snapshot
    let statistics: SamplingStatistics
    /// Why the last attempt failed; nil when it was good.
    let failure: String?
    /// The time of day of the last good sample, of whatever kind.
    let sampledAt: WallClock?
    /// The monotonic instant of the last attempt.
    let attemptedAt: MonotonicInstant
    var namespaces = NamespaceStatus()
    /// What the table that it was taken of does not tell; nil when it tells all.
    var shortcoming: String?

    static let none = Sample(
        snapshot: Snapshot(
            sampledAt: nil,
            ports: [],
            trackedSockets: 0,
            trackedSocketsLimit: EvidenceSettings().trackedSocketsLimit,
            untrackedSockets: 0
        ),
        statistics: SamplingStatistics(),
        failure: nil,
        sampledAt: nil,
        attemptedAt: MonotonicInstant(nanoseconds: 0)
    )
}

/// What the sampler says about itself.
struct SamplingStatistics: Hashable, Sendable {
    /// Scheduled samples that succeeded and failed. Those taken for a scrape do not count.
    var samples: UInt64 = 0
    var failures: UInt64 = 0
    /// Dumps that were begun again because the first one broke.
    var retries: UInt64 = 0
    /// Events of ending connections that were lost.
    var eventsLost: UInt64 = 0
    /// Whether events are heard; nil when they are switched off.
    var hearsEvents: Bool?
    /// How long scheduled samples took, in seconds.
    var durations = Histogram(bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
    /// How long the last one took, of whatever kind, in seconds.
    var lastDuration: Double = 0
    /// Seconds between scheduled samples, as stretched to stay within the processor budget.
    var interval: Double = 0
    /// The time of day of the last good scheduled sample. It stands still when the schedule does.
    var lastGood: WallClock?

    mutating func note(_ kind: Engine.SampleKind, succeeded: Bool, seconds: Double) {
        lastDuration = seconds
        guard kind == .scheduled else { return }
        durations.observe(seconds)
        if succeeded { samples += 1 } else { failures += 1 }
    }
}

/// What is known of the watched network namespaces.
struct NamespaceStatus: Hashable, Sendable {
    /// Those of the last sample, by how it went.
    var counts: [Outcome: Int] = [:]
    var homes = ServerHomes()

    enum Outcome: String, CaseIterable {
        case sampled, failed
        /// Named, and not there.
        case missing
        /// Not to be entered without privilege.
        case denied
    }
}
