internal import Glibc

/// Why a network namespace could not be entered.
public struct NetworkNamespaceError: Error, Hashable, Sendable {
    /// What kind of failure it is. Cases may be added: a `switch` over codes needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Hashable, Sendable {
            case missing, denied, notNamespace, systemCall
        }

        private let kind: Kind

        /// There is no such name, or no such process.
        public static let missing = Code(kind: .missing)
        /// This process may not look at it or enter it.
        public static let denied = Code(kind: .denied)
        /// The file is there but is not a network namespace: what an `ip netns` that failed, or a restart, left behind.
        public static let notNamespace = Code(kind: .notNamespace)
        /// The system failed otherwise; ``NetworkNamespaceError/number`` says how.
        public static let systemCall = Code(kind: .systemCall)

        public var description: String { kind.rawValue }
    }

    public let code: Code
    public let namespace: NetworkNamespace
    /// The system's error number.
    public let number: Int32
    private let isEntering: Bool

    init(opening namespace: NetworkNamespace, _ number: Int32) {
        let code: Code =
            switch number {
            case ENOENT, ESRCH: .missing
            case EACCES, EPERM: .denied
            case EINVAL: .notNamespace
            default: .systemCall
            }
        self.init(code, namespace, number, isEntering: false)
    }

    /// There are too few descriptors to open it.
    public init(noDescriptorsFor namespace: NetworkNamespace) {
        self.init(.systemCall, namespace, EMFILE, isEntering: false)
    }

    init(entering namespace: NetworkNamespace, _ number: Int32) {
        let code: Code =
            switch number {
            case EPERM: .denied
            case EINVAL: .notNamespace
            default: .systemCall
            }
        self.init(code, namespace, number, isEntering: true)
    }

    private init(_ code: Code, _ namespace: NetworkNamespace, _ number: Int32, isEntering: Bool) {
        self.code = code
        self.namespace = namespace
        self.number = number
        self.isEntering = isEntering
    }
}

extension NetworkNamespaceError: CustomStringConvertible {
    public var description: String {
        let path = namespace.path
        switch code {
        case .missing:
            return
                switch namespace
            {
            case .process(let identifier): "network namespace \(namespace): there is no process \(identifier)"
            default: "network namespace \(namespace): there is no \(path); `ip netns list` shows the names"
            }
        case .denied:
            let need = isEntering ? "entering it takes CAP_SYS_ADMIN" : "looking at it takes CAP_SYS_PTRACE"
            return "network namespace \(namespace): permission denied for \(path); \(need)"
        case .notNamespace:
            return "network namespace \(namespace): \(path) is not a network namespace"
        default:
            return "network namespace \(namespace): cannot \(isEntering ? "enter" : "open") \(path): "
                + String(cString: strerror(number))
        }
    }
}
