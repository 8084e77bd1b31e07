/// What a port's connections have written and retransmitted since it is watched, whichever of them are still there.
public struct TrafficTotals: Hashable, Sendable {
    /// Bytes that the application has written.
    public internal(set) var writtenBytes: UInt64 = 0
    public internal(set) var retransmittedSegments: UInt64 = 0
}
