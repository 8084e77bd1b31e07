/// Which share of a port's connections is followed one by one: all of them, or a half, a quarter, an eighth...
///
/// The share is chosen by a hash of the cookie, so that a connection is followed for its whole life. What is counted of
/// the share is scaled by ``weight``.
struct SampleShare: Hashable, Sendable {
    /// The share is one in `2^halvings`.
    private(set) var halvings: UInt64 = 0

    /// What a followed connection counts for.
    var weight: UInt64 { 1 << halvings }

    /// 0 to 1.
    var ratio: Double { 1 / Double(weight) }

    func contains(_ cookie: UInt64) -> Bool {
        // Other bits than those that place the cookie in the table.
        halvings == 0 || (cookie &* 0xD6E8_FEB8_6659_FD93) >> (64 - halvings) == 0
    }

    /// Adapts to a number of connections. A share once halved is doubled again only when half as many would do, so that
    /// it does not flutter around the limit.
    ///
    /// Who is outside of a smaller share is forgotten and has not ended; who comes in with a larger one is not new.
    mutating func adapt(to connections: Int, limit: Int) {
        while connections >> halvings > limit { halvings += 1 }
        while halvings > 0, (connections >> (halvings - 1)) * 2 <= limit { halvings -= 1 }
    }
}
