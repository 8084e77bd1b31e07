internal import NIOCore
internal import NIOSSL
internal import NIOTLS

extension TLSSettings {
    /// What encrypts one connection.
    static func handler(_ context: NIOSSLContext, _ rules: TLSSettings) -> NIOSSLServerHandler {
        switch rules.clientAuthentication {
        // A certificate is wanted, and whoever signed it is as good as another.
        case .requested, .required:
            NIOSSLServerHandler(
                context: context,
                customVerificationCallback: { _, promise in
                    promise.succeed(.certificateVerified)
                }
            )
        case .none, .verified, .verifiedIfGiven:
            NIOSSLServerHandler(context: context)
        }
    }
}

/// Closes a connection whose client's certificate carries none of the allowed names.
final class ClientNameCheck: ChannelInboundHandler {
    typealias InboundIn = Any

    private let allowed: Set<String>

    init(allowed: Set<String>) {
        self.allowed = allowed
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent {
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            let names = certificate.map(Self.names) ?? []
            guard names.contains(where: { allowed.contains($0) }) else { return context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The alternative names of its subject: hosts, addresses, mail, URIs.
    private static func names(_ certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().compactMap { name in
            switch name.nameType {
            case .dnsName, .email, .uri: String(decoding: name.contents, as: UTF8.self)
            case .ipAddress: try? SocketAddress(packedIPAddress: ByteBuffer(bytes: name.contents), port: 0).ipAddress
            default: nil
            }
        }
    }
}
