internal import CCrypt
internal import Glibc

/// Hashes of passwords as `htpasswd -B` writes them.
enum BcryptHash {
    /// What is checked for a user that does not exist, so that it takes as long as for one that does. It is of no password
    /// that anybody knows, at the cost that is usual.
    static let decoy = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"

    /// A hash of a higher cost takes minutes to check, each doubles it.
    private static let costs = 4...18
    private static let length = 60

    /// Why a text is no hash that can be checked; nil when it is one.
    static func problem(with text: String) -> String? {
        let bytes = Array(text.utf8)
        let alphabet = bytes.dropFirst(7).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "/")
        }
        let begins = ["$2a$", "$2b$", "$2y$"].contains { text.hasPrefix($0) }
        guard begins, bytes.count == length, bytes[6] == UInt8(ascii: "$"), alphabet,
            let cost = Int(text.dropFirst(4).prefix(2))
        else { return "this is no bcrypt hash" }
        return costs.contains(cost)
            ? nil : "its cost of \(cost) is not between \(costs.lowerBound) and \(costs.upperBound)"
    }

    /// Whether a hash is of this password. Takes 50 ms of processor time at a cost of 10, and twice as long for each more.
    ///
    /// The corresponding C function is `crypt_r`.
    static func matches(_ hash: String, password: String) -> Bool {
        // What C takes for the end of the password would be the end of what is compared.
        guard !password.utf8.contains(0) else { return false }
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        memset(data, 0, MemoryLayout<crypt_data>.size)
        defer {
            explicit_bzero(data, MemoryLayout<crypt_data>.size)
            data.deallocate()
        }
        guard let found = crypt_r(password, hash, data) else { return false }
        return isEqual(Array(hash.utf8), UnsafeRawBufferPointer(start: found, count: strlen(found)))
    }

    /// Compares in a time that does not tell where the first difference is.
    private static func isEqual(_ one: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
