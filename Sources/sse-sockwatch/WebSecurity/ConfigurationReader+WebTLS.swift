extension ConfigurationReader {
    private static let tlsKeys = [
        "cert", "key", "cert_file", "key_file", "client_auth_type", "client_ca", "client_ca_file",
        "client_allowed_sans",
        "min_version", "max_version", "cipher_suites", "curve_preferences", "prefer_server_cipher_suites",
    ]

    /// What a web configuration says of TLS. Nil when something is wrong with it.
    mutating func tls(_ field: Field) -> TLSSettings? {
        guard let fields = fields(of: field, known: Self.tlsKeys) else { return nil }
        let certificate = source("cert", in: fields, isRequired: true)
        let key = source("key", in: fields, isRequired: true)
        let authorities = source("client_ca", in: fields, isRequired: false)
        let authentication = clientAuthentication(fields["client_auth_type"])
        let versions = versions(fields)
        let suites = fields["cipher_suites"].map { cipherSuites($0) }
        let curves = fields["curve_preferences"].map { self.curves($0) }
        // As with Go since 1.17, it changes nothing.
        _ = flag(fields["prefer_server_cipher_suites"])
        var names: [String] = []
        if let field = fields["client_allowed_sans"] {
            names = (items(field, example: "[prometheus.example]") ?? []).compactMap { text($0, example: "a name") }
        }
        guard let certificate, let key, let authentication, let versions else { return nil }
        if let authorities = fields["client_ca"] ?? fields["client_ca_file"], authentication == .none {
            note(authorities, "authorities for clients need a client_auth_type, such as RequireAndVerifyClientCert")
        }
        if authentication.checksAuthority, authorities == nil {
            note(
                ConfigurationProblem(
                    at: fields.place,
                    path: fields.path,
                    "\(authentication.rawValue) needs `client_ca_file`: whose certificates are to be trusted?"
                )
            )
        }
        if let field = fields["client_allowed_sans"], !names.isEmpty, authentication == .none {
            note(field, "names of clients are only known with a client_auth_type")
        }
        return TLSSettings(
            certificate: certificate,
            key: key,
            clientAuthentication: authentication,
            clientAuthorities: authorities,
            clientAllowedNames: names,
            versions: versions,
            cipherSuites: suites ?? nil,
            curves: curves ?? nil
        )
    }

    /// `name`, or the file at `name_file`; not both.
    private mutating func source(_ name: String, in fields: Fields, isRequired: Bool) -> TLSSettings.Source? {
        let (inline, file) = (fields[name], fields["\(name)_file"])
        if let file, inline != nil {
            note(file, "written beside `\(name)`; keep one of the two")
            return nil
        }
        if let inline { return text(inline, example: "a PEM text").map { .inline($0) } }
        if let file { return text(file, example: "\(name).pem").map { .file(path(besideFile: $0)) } }
        if isRequired {
            note(
                ConfigurationProblem(
                    at: fields.place,
                    path: fields.path,
                    "`\(name)_file` is missing; add `\(name)_file: server.\(name == "key" ? "key" : "crt")`"
                )
            )
        }
        return nil
    }

    private mutating func clientAuthentication(_ field: Field?) -> TLSNames.ClientAuthentication? {
        guard let field else { return TLSNames.ClientAuthentication.none }
        if case .scalar(let text, _) = field.value.content, let former = TLSNames.ClientAuthentication.formerNames[text]
        {
            return former
        }
        return choice(field, of: TLSNames.ClientAuthentication.self)
    }

    private mutating func versions(_ fields: Fields) -> ClosedRange<TLSNames.Version>? {
        let least = version(fields["min_version"], default: .tls12)
        let most = version(fields["max_version"], default: .tls13)
        guard let least, let most else { return nil }
        guard least <= most else {
            if let field = fields["min_version"] ?? fields["max_version"] {
                note(field, "min_version \(least.rawValue) is above max_version \(most.rawValue)")
            }
            return nil
        }
        return least...most
    }

    private mutating func version(_ field: Field?, default usual: TLSNames.Version) -> TLSNames.Version? {
        guard let field else { return usual }
        guard let version = choice(field, of: TLSNames.Version.self) else { return nil }
        guard version >= .tls12 else {
            note(field, "\(version.rawValue) is broken and not spoken here; write TLS12 or TLS13")
            return nil
        }
        return version
    }

    private mutating func cipherSuites(_ field: Field) -> [UInt16]? {
        var suites: [UInt16] = []
        for item in items(field, example: "[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]") ?? [] {
            guard let name = text(item, example: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256") else { continue }
            if let suite = TLSNames.cipherSuites[name] {
                suites.append(suite)
            } else if TLSNames.brokenCipherSuites.contains(name) {
                note(item, "\(name) is broken and not spoken here; leave it out")
            } else if !TLSNames.fixedCipherSuites.contains(name) {
                let known = TLSNames.cipherSuites.keys.sorted() + TLSNames.fixedCipherSuites.sorted()
                let hint = NearestName.hint(for: name, among: known)
                note(item, "`\(ConfigurationProblem.shown(name))` is no cipher suite; \(hint)")
            }
        }
        return suites.isEmpty ? nil : suites
    }

    private mutating func curves(_ field: Field) -> [UInt16]? {
        var curves: [UInt16] = []
        for item in items(field, example: "[X25519, CurveP256]") ?? [] {
            guard let name = text(item, example: "CurveP256") else { continue }
            if let curve = TLSNames.curves[name] {
                curves.append(curve)
            } else {
                let hint = NearestName.hint(for: name, among: TLSNames.curves.keys.sorted())
                note(item, "`\(ConfigurationProblem.shown(name))` is no curve; \(hint)")
            }
        }
        return curves.isEmpty ? nil : curves
    }
}
