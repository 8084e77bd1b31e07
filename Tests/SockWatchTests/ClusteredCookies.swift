/// Cookies that a ``CookieTable`` puts close together.
enum ClusteredCookies {
    /// Cookies whose hashes are the largest there are, so that their cluster goes around the end of a table of any size.
    static func atTheEnd(_ count: Int) -> [UInt64] {
        (0..<UInt64(count)).map { (UInt64.max - $0) &* inverse }
    }

    /// Cookies whose hashes are the smallest: where the others end up.
    static func atTheBeginning(_ count: Int) -> [UInt64] {
        (1...UInt64(count)).map { $0 &* inverse }
    }

    /// What undoes the multiplication of the hash, modulo 2^64; each step of Newton's doubles the right bits.
    private static let inverse: UInt64 = {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<6).reduce(factor) { guess, _ in guess &* (2 &- factor &* guess) }
    }()
}
