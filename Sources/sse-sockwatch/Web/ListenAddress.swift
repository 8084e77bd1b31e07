internal import ArgumentParser
internal import Glibc

/// Where the agent's web server listens: `:10047`, `127.0.0.1:10047`, `[::1]:10047`.
struct ListenAddress: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    /// Empty for every address of the machine.
    let host: String
    /// 0 for any free port.
    let port: UInt16

    static let standard = ListenAddress(host: "", port: 10047)

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
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
        self.init(host: String(host), port: port)
    }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// The host to bind to. Every address is `::`, which takes IPv4, too, unless this machine has no IPv6.
    var bindHost: String {
        guard host.isEmpty else { return host }
        let probe = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return "0.0.0.0" }
        close(probe)
        return "::"
    }

    /// A URL under which a person on this machine reaches it.
    func url(port actual: Int) -> String {
        let isEverywhere = ["", "::", "0.0.0.0"].contains(host)
        let shown = isEverywhere ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return "http://\(shown):\(actual)"
    }
}
