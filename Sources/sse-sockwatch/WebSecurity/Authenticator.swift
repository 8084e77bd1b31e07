internal import Dispatch
internal import FoundationEssentials
internal import Synchronization

/// Checks names and passwords of `Authorization: Basic`, one at a time, away from the threads that serve.
///
/// One at a time, since each check keeps a core busy for 50 ms and more: whoever guesses passwords waits for the others
/// that do. Who was let in is remembered, and not checked again while the configured hash is the same.
final class Authenticator: Sendable {
    private let queue = DispatchQueue(label: "sse-sockwatch.passwords", qos: .userInitiated)
    private let known = Mutex<Set<Known>>([])

    /// So many are remembered; then all are forgotten.
    private static let most = 128

    /// Somebody who was let in. Not the password but two keyed hashes of it: the key is made anew with each process.
    private struct Known: Hashable {
        let user: String
        let hash: String
        let digests: [Int]

        init(user: String, hash: String, password: String) {
            self.user = user
            self.hash = hash
            digests = (0..<2).map { round in
                var hasher = Hasher()
                hasher.combine(round)
                hasher.combine(hash)
                hasher.combine(password)
                return hasher.finalize()
            }
        }
    }

    /// - Parameters:
    ///   - header: the request's `Authorization`.
    ///   - users: bcrypt hashes by user. When there are none, everybody is allowed.
    func isAllowed(_ header: String?, users: [String: String]) async -> Bool {
        guard !users.isEmpty else { return true }
        guard let (user, password) = header.flatMap(Self.credentials) else { return false }
        let hash = users[user]
        let candidate = Known(user: user, hash: hash ?? BcryptHash.decoy, password: password)
        if hash != nil, known.withLock({ $0.contains(candidate) }) { return true }
        let matches = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: BcryptHash.matches(candidate.hash, password: password)) }
        }
        guard hash != nil, matches else { return false }
        known.withLock { known in
            if known.count >= Self.most { known = [] }
            known.insert(candidate)
        }
        return true
    }

    /// The user and the password of `Basic dXNlcjpwYXNz` (RFC 7617).
    static func credentials(_ header: String) -> (user: String, password: String)? {
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1])),
            let text = String(validating: data, as: UTF8.self), let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
