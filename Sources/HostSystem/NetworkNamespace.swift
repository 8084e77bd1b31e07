/// A network namespace, as people name it.
public enum NetworkNamespace: Hashable, Sendable {
    /// The one that this process runs in.
    case own
    /// One that `ip netns` knows, by its name under `/run/netns`.
    case named(String)
    /// That of a process, by its id as this process sees it.
    case process(Int32)
}

extension NetworkNamespace: CustomStringConvertible {
    /// Reads `self`, `pid:N`, or a name. Nil when the text is none of them: a name is a file's name.
    public init?(_ text: String) {
        if text == "self" {
            self = .own
        } else if text.hasPrefix("pid:") {
            guard let number = Int32(text.dropFirst(4)), number > 0, text.dropFirst(4).first != "+" else { return nil }
            self = .process(number)
        } else {
            guard !text.isEmpty, text.utf8.count < 256, text != ".", text != "..",
                !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 })
            else { return nil }
            self = .named(text)
        }
    }

    /// As ``init(_:)`` reads it.
    public var description: String {
        switch self {
        case .own: "self"
        case .named(let name): name
        case .process(let identifier): "pid:\(identifier)"
        }
    }

    /// The file that stands for it.
    public var path: String {
        switch self {
        case .own: "/proc/self/ns/net"
        case .named(let name): "\(Self.directory)/\(name)"
        case .process(let identifier): "/proc/\(identifier)/ns/net"
        }
    }

    /// Where `ip netns` keeps the names.
    static let directory = "/run/netns"

    /// The namespaces that have names, sorted. None where `ip netns` has never been used.
    public static func allNamed() -> [NetworkNamespace] {
        ProcFile.names(in: directory).filter { $0 != "." && $0 != ".." }.sorted().map { .named($0) }
    }
}
