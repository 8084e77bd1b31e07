/// The sockets that events have told of last, by cookie: an end that is told twice is one end.
struct ToldEnds: Sendable {
    /// So many are remembered at least, and twice as many at most. A second event of a socket comes close behind the
    /// first.
    static let capacity = 8192

    private var recent: Set<UInt64> = []
    private var older: Set<UInt64> = []

    /// Whether it is told for the first time.
    mutating func insert(_ cookie: UInt64) -> Bool {
        guard !older.contains(cookie), recent.insert(cookie).inserted else { return false }
        if recent.count >= Self.capacity {
            swap(&recent, &older)
            recent.removeAll(keepingCapacity: true)
        }
        return true
    }
}
