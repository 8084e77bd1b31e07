/// What a web configuration calls the things of TLS: the names of Go's crypto/tls, as exporter-toolkit has them.
enum TLSNames {
    enum Version: String, CaseIterable, Sendable, Comparable {
        case tls10 = "TLS10"
        case tls11 = "TLS11"
        case tls12 = "TLS12"
        case tls13 = "TLS13"

        static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
    }

    enum ClientAuthentication: String, CaseIterable, Sendable {
        case none = "NoClientCert"
        /// Asked for, and not checked.
        case requested = "RequestClientCert"
        /// Must be there, and is not checked.
        case required = "RequireAnyClientCert"
        /// Checked if it is there.
        case verifiedIfGiven = "VerifyClientCertIfGiven"
        case verified = "RequireAndVerifyClientCert"

        /// An older name of ``required``.
        static let formerNames = ["RequireClientCert": ClientAuthentication.required]

        var checksAuthority: Bool { self == .verifiedIfGiven || self == .verified }
    }

    /// The elliptic curves by their numbers in TLS.
    static let curves: [String: UInt16] = [
        "CurveP256": 0x17, "CurveP384": 0x18, "CurveP521": 0x19, "X25519": 0x1D, "X25519MLKEM768": 0x11EC,
    ]

    /// What TLS 1.2 can be told to use, by the numbers of the suites.
    static let cipherSuites: [String: UInt16] = [
        "TLS_RSA_WITH_AES_128_CBC_SHA": 0x2F,
        "TLS_RSA_WITH_AES_256_CBC_SHA": 0x35,
        "TLS_RSA_WITH_AES_128_GCM_SHA256": 0x9C,
        "TLS_RSA_WITH_AES_256_GCM_SHA384": 0x9D,
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": 0xC009,
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": 0xC00A,
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": 0xC013,
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": 0xC014,
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": 0xC02B,
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": 0xC02C,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": 0xC02F,
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": 0xC030,
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": 0xCCA8,
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": 0xCCA9,
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305": 0xCCA8,
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305": 0xCCA9,
    ]

    /// Those of them that HTTP/2 allows.
    static let suitesOfHTTP2: Set<UInt16> = [0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9]

    /// Always on with TLS 1.3. Naming them changes nothing, in Go as here.
    static let fixedCipherSuites: Set<String> = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]

    /// What Go knows and the TLS library here does not have, since it is broken.
    static let brokenCipherSuites: Set<String> = [
        "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    ]
}

/// The headers that a web configuration may set, and where not every value makes sense, those that do.
enum ExtraHeader {
    static let allowedValues: [String: [String]] = [
        "Strict-Transport-Security": [],
        "X-Content-Type-Options": ["nosniff"],
        "X-Frame-Options": ["deny", "sameorigin"],
        "X-XSS-Protection": [],
        "Content-Security-Policy": [],
    ]
}
