/// The connections that were given up because samples no longer saw them, for as long as an event may yet come.
struct EndedCookies: Sendable {
    /// Seconds for which a cookie is remembered, and twice that at most.
    private static let span = 30.0
    private static let capacity = 32_768

    private var recent: Set<UInt64> = []
    private var older: Set<UInt64> = []
    private var since: MonotonicInstant?

    mutating func insert(_ cookie: UInt64) {
        if recent.count < Self.capacity { recent.insert(cookie) }
    }

    func contains(_ cookie: UInt64) -> Bool {
        recent.contains(cookie) || older.contains(cookie)
    }

    /// Whether the cookie was there.
    mutating func remove(_ cookie: UInt64) -> Bool {
        recent.remove(cookie) != nil || older.remove(cookie) != nil
    }

    mutating func finishSample(at now: MonotonicInstant) {
        guard let since else { return self.since = now }
        guard now.seconds(since: since) >= Self.span || recent.count >= Self.capacity else { return }
        older = recent
        recent = []
        self.since = now
    }
}
