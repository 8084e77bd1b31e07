internal import Synchronization

/// How many requests are answered at one time.
final class RequestLimit: Sendable {
    private let most: Int
    private let running = Mutex(0)

    /// - Parameter most: 0 for no limit.
    init(_ most: Int) {
        self.most = most
    }

    /// Nil when there are too many already.
    func begin() -> Turn? {
        let isAllowed = running.withLock { running in
            guard most == 0 || running < most else { return false }
            running += 1
            return true
        }
        return isAllowed ? Turn(limit: self) : nil
    }

    /// One request's. It ends when nobody holds it any more, whatever has become of the request.
    final class Turn: Sendable {
        private let limit: RequestLimit

        fileprivate init(limit: RequestLimit) {
            self.limit = limit
        }

        deinit {
            limit.running.withLock { $0 -= 1 }
        }
    }
}
