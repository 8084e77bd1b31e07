internal import ArgumentParser
internal import Glibc

/// Where the agent's web server listens: `:10047`, `127.0.0.1:10047`, `[::1]:10047`, `unix:/run/sse-sockwatch.sock`.
enum ListenAddress: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    /// - Parameters:
    ///   - host: empty for every address of the machine.
    ///   - port: 0 for any free port.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    static let standard = ListenAddress.tcp(host: "", port: 10047)

    private static let unixPrefix = "unix:"
    /// What `sockaddr_un` holds, the zero at its end left out.
    private static let longestPath = MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size - 1

    init?(argument: String) {
        if argument.hasPrefix(Self.unixPrefix) {
            let path = String(argument.dropFirst(Self.unixPrefix.count))
            guard path.hasPrefix("/"), !path.hasSuffix("/"), path.utf8.count <= Self.longestPath else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = argument.lastIndex(of: ":") else { return nil }
        let portText = argument[argument.index(after: colon)...]
        guard let port = UInt16(portText), portText.allSatisfy(\.isASCIIDigit) else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("[") || host.hasSuffix("]") {
            guard host.hasPrefix("["), host.hasSuffix("]"), host.count > 2 else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self = .tcp(host: String(host), port: port)
    }

    var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "\(Self.unixPrefix)\(path)"
        }
    }

    /// A URL under which a person on this machine reaches it, or how it is written where there is no URL.
    ///
    /// - Parameters:
    ///   - actual: the port that it got.
    ///   - isEncrypted: whether it speaks TLS.
    func url(port actual: Int, isEncrypted: Bool = false) -> String {
        guard case .tcp(let host, _) = self else { return description }
        let isEverywhere = ["", "::", "0.0.0.0"].contains(host)
        let shown = isEverywhere ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return "\(isEncrypted ? "https" : "http")://\(shown):\(actual)"
    }
}
