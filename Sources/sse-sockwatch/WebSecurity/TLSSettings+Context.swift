internal import HostSystem
internal import NIOSSL

extension TLSSettings {
    /// The files that it names.
    var files: [String] {
        [certificate, key, clientAuthorities].compactMap { source in
            if case .file(let path) = source { path } else { nil }
        }
    }

    /// What connections are encrypted with. Opens the files.
    ///
    /// - Parameter offersHTTP2: whether clients may choose HTTP/2.
    /// - Throws: a text that says what is wrong, and with which file.
    func context(offersHTTP2: Bool) throws(TLSProblem) -> NIOSSLContext {
        let chain = try Self.read(certificate, "the certificate") { try NIOSSLCertificate.fromPEMBytes($0) }
        let key = try Self.read(key, "the key") { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
        guard !chain.isEmpty else { throw TLSProblem(certificate, "the certificate", "holds no certificate") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = versions.lowerBound == .tls13 ? .tlsv13 : .tlsv12
        configuration.maximumTLSVersion = versions.upperBound == .tls13 ? .tlsv13 : .tlsv12
        if let cipherSuites { configuration.cipherSuiteValues = cipherSuites.map { NIOTLSCipher(rawValue: $0) } }
        if let curves { configuration.curves = curves.map { NIOTLSCurve(rawValue: $0) } }
        configuration.applicationProtocols = offersHTTP2 && isFitForHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
        switch clientAuthentication {
        case .none: configuration.certificateVerification = .none
        case .requested, .verifiedIfGiven: configuration.certificateVerification = .optionalVerification
        case .required, .verified: configuration.certificateVerification = .noHostnameVerification
        }
        if let clientAuthorities {
            let authorities = try Self.read(clientAuthorities, "the clients' authorities") {
                try NIOSSLCertificate.fromPEMBytes($0)
            }
            guard !authorities.isEmpty else {
                throw TLSProblem(clientAuthorities, "the clients' authorities", "hold no certificate")
            }
            configuration.trustRoots = .certificates(authorities)
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let reason = "cannot be used with the key; do they belong together? (\(error))"
            throw TLSProblem(certificate, "the certificate", reason)
        }
    }

    /// Clients break off what is HTTP/2 with a suite that it forbids (RFC 9113, 9.2.2).
    private var isFitForHTTP2: Bool { cipherSuites.map { TLSNames.suitesOfHTTP2.isSuperset(of: $0) } ?? true }

    private static func read<Value>(
        _ source: Source,
        _ name: String,
        _ parse: ([UInt8]) throws -> Value
    ) throws(TLSProblem) -> Value {
        let bytes: [UInt8]
        switch source {
        case .inline(let text): bytes = Array(text.utf8)
        case .file(let path):
            do throws(SystemCallError) {
                bytes = try WholeFile.read(path, upTo: YAMLNode.sizeLimit)
            } catch {
                throw TLSProblem(source, name, error.advice)
            }
        }
        do {
            return try parse(bytes)
        } catch {
            throw TLSProblem(source, name, "cannot be read; it must be PEM (-----BEGIN ...)")
        }
    }
}

/// Why connections cannot be encrypted as configured.
struct TLSProblem: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ source: TLSSettings.Source, _ name: String, _ reason: String) {
        switch source {
        case .inline: description = "\(name) in tls_server_config \(reason)"
        case .file(let path): description = "\(path): \(name) \(reason)"
        }
    }
}
