public import SystemPackage

/// Why the kernel's answer, or a capture of one, could not be used.
public struct SockDiagError: Error, Hashable, Sendable {
    /// What kind of failure it is. Cases may be added: a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Hashable, Sendable {
            case systemCall, refused, malformed, truncated, interrupted, overrun, unexpectedEnd
        }

        private let kind: Kind

        /// A system call failed; ``SockDiagError/errno`` says how.
        public static let systemCall = Code(kind: .systemCall)
        /// The kernel answered with an error, in NLMSG_ERROR or inside NLMSG_DONE.
        public static let refused = Code(kind: .refused)
        /// A message contradicts its own lengths.
        public static let malformed = Code(kind: .malformed)
        /// A datagram did not fit into the buffer.
        public static let truncated = Code(kind: .truncated)
        /// The table changed so that the kernel calls its own dump inconsistent (NLM_F_DUMP_INTR).
        public static let interrupted = Code(kind: .interrupted)
        /// The kernel lost messages (NLMSG_OVERRUN or ENOBUFS).
        public static let overrun = Code(kind: .overrun)
        /// The file ended in the middle of something.
        public static let unexpectedEnd = Code(kind: .unexpectedEnd)

        public var description: String { kind.rawValue }
    }

    public let code: Code
    /// The system's error number, where there is one.
    public let errno: Errno?
    /// What happened, to what, in words.
    public let detail: String

    public init(_ code: Code, errno: Errno? = nil, _ detail: String) {
        self.code = code
        self.errno = errno
        self.detail = detail
    }

    /// True when asking again can succeed: the failure was of the moment.
    public var isTransient: Bool {
        [.interrupted, .overrun, .truncated].contains(code)
            || errno.map { [.noBufferSpace, .resourceTemporarilyUnavailable, .resourceBusy, .noMemory].contains($0) }
                ?? false
    }

    /// True when this kernel has no sock_diag for TCP: the module is neither built in nor loadable.
    public var isUnsupported: Bool {
        errno == .noSuchFileOrDirectory || errno == .protocolNotSupported || errno == .addressFamilyNotSupported
    }
}

extension SockDiagError: CustomStringConvertible {
    public var description: String {
        errno.map { "\(detail): \($0)" } ?? detail
    }
}
