/// When the kernel looked at a socket, as well as that is known.
struct Look: Sendable {
    /// The middle of the time in which it can have been.
    let instant: MonotonicInstant
    /// By how many seconds it can have been earlier or later.
    let uncertainty: Double

    init(from start: MonotonicInstant, to end: MonotonicInstant) {
        uncertainty = max(0, end.seconds(since: start)) / 2
        instant = start.advanced(by: uncertainty)
    }
}
