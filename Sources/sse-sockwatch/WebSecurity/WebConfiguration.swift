/// Who may talk to the agent's web server, and how: the web configuration file of Prometheus' exporters.
///
/// The format is exporter-toolkit's, so that one file serves a node's exporters alike.
struct WebConfiguration: Sendable, Equatable {
    /// Nil: it speaks without encryption.
    var tls: TLSSettings?
    /// Whether HTTP/2 is offered to clients that come by TLS.
    var offersHTTP2 = true
    /// Headers that every answer carries, by name.
    var headers: [String: String] = [:]
    /// Bcrypt hashes of passwords by user. Empty: everybody may read.
    var users: [String: String] = [:]
    var rateLimit: RateLimit?

    struct RateLimit: Sendable, Equatable {
        /// A request more is allowed after each of these.
        var interval: Duration
        /// So many may come at once.
        var burst: Int
    }
}

/// How the web server encrypts, and what it wants to know of its clients.
struct TLSSettings: Sendable, Equatable {
    /// Text of the configuration itself, or a file that it names.
    enum Source: Sendable, Equatable {
        case inline(String)
        /// The path as it is opened.
        case file(String)
    }

    /// PEM: the server's certificate, and those between it and its authority.
    var certificate: Source
    /// PEM.
    var key: Source
    var clientAuthentication = TLSNames.ClientAuthentication.none
    /// PEM: the authorities that clients' certificates are checked against.
    var clientAuthorities: Source?
    /// A client's certificate must carry one of these names. Empty: any.
    var clientAllowedNames: [String] = []
    var versions = TLSNames.Version.tls12...TLSNames.Version.tls13
    /// Nil: the library's own choice. They are for TLS 1.2; those of 1.3 are fixed.
    var cipherSuites: [UInt16]?
    /// Nil: the library's own choice.
    var curves: [UInt16]?
}
