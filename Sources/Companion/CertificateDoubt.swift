import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a server's certificate is not trusted.
enum CertificateDoubt {
    /// - Parameters:
    ///   - shown: the server's certificate and those that it sends along; `nil` if nobody knows them.
    ///   - authorities: who alone is trusted, or `nil` for those of the system.
    ///   - now: in seconds since 1970.
    static func reason(
        shown: [NIOSSLCertificate]?,
        authorities: CompanionAuthorities?,
        now: time_t = time(nil)
    ) -> String {
        for (index, certificate) in (shown ?? []).enumerated() {
            let name = index == 0 ? "the server's certificate" : "a certificate that the server sends with its own"
            if certificate.notValidAfter <= now {
                return "\(name) expired on \(day(certificate.notValidAfter)); renew it"
            }
            if certificate.notValidBefore > now {
                return "\(name) is not valid before \(day(certificate.notValidBefore)); is a clock wrong?"
            }
        }
        guard let authorities else {
            return "the server's certificate is of no authority that this system trusts; name its own in `ca_file`"
        }
        if let last = authorities.certificates.map(\.notValidAfter).max(), last <= now {
            return "the authority in `ca_file` expired on \(day(last)); renew it"
        }
        return "the server's certificate is of no authority in `ca_file`; name there the one that signed it"
    }

    /// 2026-01-31, in UTC.
    private static func day(_ time: time_t) -> String {
        var seconds = time
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "a day out of range" }
        func padded(_ number: CInt) -> String { (number < 10 ? "0" : "") + "\(number)" }
        return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    }
}
