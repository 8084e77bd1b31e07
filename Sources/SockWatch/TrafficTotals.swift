/// What a port's connections have written and retransmitted since it is watched, whichever of them are still there.
public struct TrafficTotals: Hashable, Sendable {
    /// Bytes that the application has written.
    public private(set) var writtenBytes: UInt64 = 0
    public private(set) var retransmittedSegments: UInt64 = 0

    /// Adds what a connection has done since it was last seen.
    ///
    /// - Parameter entry: what was known of it; all counts when nothing was.
    mutating func add(written: UInt64, retransmits: UInt32, since entry: LedgerEntry?, weight: UInt64) {
        let before = entry?.hasTotals == true ? entry : nil
        let known = before?.written ?? 0
        if written > known { writtenBytes = writtenBytes.clampedSum((written - known).clampedProduct(weight)) }
        let again = Int32(bitPattern: retransmits &- (before?.retransmits ?? 0))
        if again > 0 { retransmittedSegments = retransmittedSegments.clampedSum(UInt64(again) * weight) }
    }
}
