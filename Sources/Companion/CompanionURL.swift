import FoundationEssentials

/// An address from which a server's own numbers are fetched: `http`, `https`, or `http+unix` with the path of a socket
/// as its percent-encoded host.
public struct CompanionURL: Sendable, Hashable, CustomStringConvertible {
    /// The address as it was given, user and password included.
    public let string: String
    let user: String?
    let password: String?
    /// Without the brackets of an IPv6 address.
    let host: String
    /// `nil` for the path of a socket.
    let port: Int?

    /// - Throws: ``CompanionMappingError`` if it is not an absolute address that can be fetched.
    public init(_ string: String) throws(CompanionMappingError) {
        func refuse(_ reason: String) -> CompanionMappingError {
            CompanionMappingError(message: "\"\(Self.redact(string))\" is not a URL to fetch: \(reason)")
        }
        guard let url = URL(string: string) else { throw refuse("it is malformed") }
        let schemes = ["http", "https", "http+unix", "https+unix"]
        guard let scheme = url.scheme?.lowercased(), schemes.contains(scheme) else {
            throw refuse("it must begin with http:// or https://")
        }
        guard let host = url.host(), !host.isEmpty else { throw refuse("it names no host") }
        if let port = url.port, !(1...65535).contains(port) { throw refuse("\(port) is not a port (1-65535)") }
        self.string = string
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = scheme.hasSuffix("+unix") ? nil : url.port ?? (scheme == "https" ? 443 : 80)
        user = url.user(percentEncoded: false)
        password = url.password(percentEncoded: false)
    }

    /// The address without user and password, fit for messages and logs.
    public var description: String { Self.redact(string) }

    private static func redact(_ string: String) -> String {
        guard let scheme = string.firstRange(of: "://") else { return string }
        let authority = string[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return string }
        return String(string[..<scheme.upperBound] + string[string.index(after: at)...])
    }
}
