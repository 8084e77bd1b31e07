/// The web configuration of exporter-toolkit, and its rules.
extension ConfigurationReader {
    static let webKeys = ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"]

    /// Reads a whole web configuration; what could not be read is a default, and noted.
    mutating func web(_ root: YAMLNode) -> WebConfiguration {
        var web = WebConfiguration()
        guard let fields = fields(of: Field(value: root, path: .root), known: Self.webKeys) else { return web }
        if let field = fields["tls_server_config"] { web.tls = tls(field) }
        if let field = fields["http_server_config"] { http(field, &web) }
        if let field = fields["basic_auth_users"] { web.users = users(field) }
        if let field = fields["rate_limit"] { web.rateLimit = rateLimit(field) }
        return web
    }

    private mutating func http(_ field: Field, _ web: inout WebConfiguration) {
        guard let fields = fields(of: field, known: ["http2", "headers"]) else { return }
        if let http2 = fields["http2"], let offers = flag(http2) { web.offersHTTP2 = offers }
        if let headers = fields["headers"] { web.headers = self.headers(headers) }
    }

    private mutating func headers(_ field: Field) -> [String: String] {
        var headers: [String: String] = [:]
        let known = ExtraHeader.allowedValues.keys.sorted()
        guard let fields = fields(of: field, known: known) else { return [:] }
        for (name, values) in ExtraHeader.allowedValues.sorted(by: { $0.key < $1.key }) {
            guard let field = fields[name], let value = text(field, example: values.first ?? "a value") else {
                continue
            }
            guard values.isEmpty || values.contains(value) else {
                let shown = ConfigurationProblem.shown(value)
                note(field, "`\(shown)` is not allowed; write \(values.joined(separator: " or "))")
                continue
            }
            guard value.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value < 127 }) else {
                note(field, "holds a character that no header may have; write it in one line of plain ASCII")
                continue
            }
            headers[name] = value
        }
        return headers
    }

    private mutating func users(_ field: Field) -> [String: String] {
        guard case .mapping(let entries) = field.value.content else {
            note(field, "must be a mapping of user: bcrypt hash, but is \(field.value.kindName)")
            return [:]
        }
        var users: [String: String] = [:]
        for entry in entries {
            let field = Field(value: entry.value, path: field.path.key(entry.key))
            guard !entry.key.isEmpty, !entry.key.contains(":") else {
                note(field, "a user's name must not be empty and must not hold a colon: no client could send it")
                continue
            }
            guard let hash = text(field, example: "'$2y$10$...'") else { continue }
            if let reason = BcryptHash.problem(with: hash) {
                note(field, "\(reason); make one with `htpasswd -nBC 10 \"\" | tr -d ':\\n'`")
            } else {
                users[entry.key] = hash
            }
        }
        return users
    }

    private static let rateRange = Duration.zero...Duration.seconds(86_400)

    private mutating func rateLimit(_ field: Field) -> WebConfiguration.RateLimit? {
        guard let fields = fields(of: field, known: ["interval", "burst"]) else { return nil }
        let interval = duration(fields["interval"], in: Self.rateRange) ?? .zero
        // Written as 0 or left out it is no limit.
        guard interval > .zero else { return nil }
        guard let burst = required("burst", in: fields, example: "20") else { return nil }
        return wholeNumber(burst, in: 1...1_000_000).map { WebConfiguration.RateLimit(interval: interval, burst: $0) }
    }
}
