/// What came of asking one server.
public struct CompanionOutcome: Equatable, Sendable {
    /// The numbers, or why there are none.
    public let result: Result<CompanionReading, CompanionFailure>
    /// How long it took, reading included.
    public let duration: Duration
    /// How many of this server's values were refused since it is watched.
    public let refusedTotal: UInt64

    public init(result: Result<CompanionReading, CompanionFailure>, duration: Duration, refusedTotal: UInt64) {
        self.result = result
        self.duration = duration
        self.refusedTotal = refusedTotal
    }

    public var isUp: Bool { failure == nil }

    public var reading: CompanionReading? {
        if case .success(let reading) = result { reading } else { nil }
    }

    public var failure: CompanionFailure? {
        if case .failure(let failure) = result { failure } else { nil }
    }
}
