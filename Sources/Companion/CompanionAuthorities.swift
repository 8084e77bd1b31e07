import NIOSSL

/// Whose certificates a server may have, in place of the authorities that the system trusts.
public struct CompanionAuthorities: Sendable, Hashable {
    let certificates: [NIOSSLCertificate]

    /// `nil` if the text is no PEM (`-----BEGIN CERTIFICATE-----`), or holds no certificate that can be read.
    public init?(pem: [UInt8]) {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else { return nil }
        self.certificates = certificates
    }

    /// How connections are encrypted to servers that these vouch for.
    var clientConfiguration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(certificates)
        return configuration
    }
}
