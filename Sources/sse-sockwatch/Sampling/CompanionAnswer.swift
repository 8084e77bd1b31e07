internal import SockWatch

/// What a server says of its connections.
struct CompanionAnswer: Sendable {
    /// Nil when it does not say it, or is asked no more.
    let active: Double?
    /// When it was asked: what it says is of then or of a moment after.
    let asked: MonotonicInstant
}
