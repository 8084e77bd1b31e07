/// A point on a clock that never steps, in nanoseconds since an arbitrary start (on Linux: since boot).
///
/// The engine has no clock of its own: it is told the time, so that its tests can tell it any.
public struct MonotonicInstant: Hashable, Sendable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Seconds from `earlier` to this instant; negative when it is later.
    public func seconds(since earlier: MonotonicInstant) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }

    public func advanced(by seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: nanoseconds + Int64(seconds * 1e9))
    }
}
