internal import SockWatch
internal import Synchronization

/// Lets so many through at once, and one more after each interval.
final class TokenBucket: Sendable {
    private let interval: Double
    private let burst: Double
    private let state: Mutex<(tokens: Double, at: MonotonicInstant)>

    init(_ limit: WebConfiguration.RateLimit, at now: MonotonicInstant) {
        let (seconds, attoseconds) = limit.interval.components
        interval = Double(seconds) + Double(attoseconds) / 1e18
        burst = Double(limit.burst)
        state = Mutex((Double(limit.burst), now))
    }

    /// Takes one, if there is one.
    func take(at now: MonotonicInstant) -> Bool {
        state.withLock { state in
            state.tokens = min(burst, state.tokens + max(0, now.seconds(since: state.at)) / interval)
            state.at = now
            guard state.tokens >= 1 else { return false }
            state.tokens -= 1
            return true
        }
    }
}
