/// Tells connections that came back from those that came first, by how many began and ended.
public struct Reconnections: Hashable, Sendable {
    /// How many can have come back.
    public private(set) var count: UInt64 = 0
    /// Those that went and have not come back.
    private var gone: UInt64 = 0

    public init() {}

    /// Adds what began and ended between two samples, and returns how many of those that began can have come back: each
    /// for one that had gone before, or within the same interval, for there the order is not known. Who comes first and
    /// goes later is no reconnection.
    @discardableResult
    public mutating func add(opened: UInt64, closed: UInt64) -> UInt64 {
        gone += closed
        let back = min(opened, gone)
        gone -= back
        count += back
        return back
    }
}
