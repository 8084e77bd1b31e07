/// Checks the address of a companion.
enum CompanionURLText {
    /// What is wrong with the address and what to do; nil if it can be used.
    static func problem(in text: String) -> String? {
        let shown = "`\(ConfigurationProblem.shown(text))`"
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "\(shown) contains a space or a character outside ASCII; write it percent-encoded"
        }
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return "\(shown) is not an http or https address; write it like http://127.0.0.1:8080/metrics"
        }
        let afterScheme = text.dropFirst(scheme.count)
        let authority = afterScheme.prefix { !"/?#".contains($0) }
        guard !text.contains("#") else { return "\(shown) has a fragment (`#...`), which no server sees; remove it" }
        guard !authority.contains("@") else {
            // The address is not shown: there may be a password in it.
            return "a user name or password in the address is not supported; remove what stands before the `@`"
        }
        let (host, port) = split(authority)
        guard isHost(host) else {
            return "\(shown) has no valid host; write it like http://127.0.0.1:8080/metrics"
        }
        if let port, UInt16(port).map({ $0 == 0 }) ?? true || !port.allSatisfy(\.isASCIIDigit) {
            return "`\(ConfigurationProblem.shown(String(port)))` in the address is not a port (1-65535)"
        }
        return nil
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[afterBracket...].firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = host.dropFirst().dropLast()
            return inner.contains(":") && inner.allSatisfy { $0.isHexDigit || ":.".contains($0) }
        }
        return !host.isEmpty && host.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || ".-_".contains($0) }
    }
}
