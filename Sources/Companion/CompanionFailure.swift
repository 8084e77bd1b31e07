/// Why a server's own numbers could not be had.
public struct CompanionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of a failure. More may come, so a `switch` needs a `default`.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case dns, refused, unreachable, tls, timedOut, closedEarly, notHTTP, status, redirect, tooLarge, malformed
            case cancelled, connection
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The host's name could not be resolved.
        public static let dns = Code(.dns)
        /// Nothing listens there.
        public static let refused = Code(.refused)
        /// The network does not lead there.
        public static let unreachable = Code(.unreachable)
        /// The TLS handshake failed: a certificate, or a server without TLS.
        public static let tls = Code(.tls)
        /// The whole exchange did not end in time.
        public static let timedOut = Code(.timedOut)
        /// The server closed the connection before the end of its answer.
        public static let closedEarly = Code(.closedEarly)
        /// What came back is not HTTP.
        public static let notHTTP = Code(.notHTTP)
        /// An answer with a status other than 2xx or 3xx; see ``CompanionFailure/status``.
        public static let status = Code(.status)
        /// An answer with a status of 3xx. Redirects are not followed: another server's numbers are not this one's.
        public static let redirect = Code(.redirect)
        /// The body exceeds the limit.
        public static let tooLarge = Code(.tooLarge)
        /// The body is not well-formed; see ``CompanionFailure/line``.
        public static let malformed = Code(.malformed)
        /// The task that fetched was cancelled, or the client shut down.
        public static let cancelled = Code(.cancelled)
        /// Anything else that happened to the connection.
        public static let connection = Code(.connection)

        public var description: String { kind.rawValue }
    }

    public let code: Code
    /// What happened, with the URL, for people.
    public let message: String
    /// The status of the answer, where there was one that counts as a failure.
    public let status: Int?
    /// The line of a malformed body, counted from 1.
    public let line: Int?

    public init(_ code: Code, message: String, status: Int? = nil, line: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.line = line
    }

    public var description: String { message }
}
