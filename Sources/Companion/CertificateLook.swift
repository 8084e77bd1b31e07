import NIOCore
import NIOPosix
import NIOSSL

/// Looks at the certificates that a server shows, without trusting any.
///
/// The library says that a certificate was refused and not why, so whoever is refused connects once more, sees the
/// certificates, and hangs up before anything is sent.
struct CertificateLook {
    let group: any EventLoopGroup

    /// The server's certificate and those that it sends along; `nil` if they could not be had in time.
    func certificates(of url: CompanionURL, within time: Duration) async -> [NIOSSLCertificate]? {
        guard let port = url.port else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        // Nothing is trusted here, and to load what the system trusts takes long.
        configuration.trustRoots = .certificates([])
        guard let context = try? NIOSSLContext(configuration: configuration) else { return nil }
        let loop = group.any()
        // Whichever comes first counts; a promise keeps the first that it is told.
        let shown = loop.makePromise(of: [NIOSSLCertificate].self)
        // An address has no name to ask for.
        let name = (try? SocketAddress(ipAddress: url.host, port: 0)) == nil ? url.host : nil
        let connection = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(time))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: context,
                        serverHostname: name,
                        customVerificationCallback: { certificates, verdict in
                            shown.succeed(certificates)
                            verdict.succeed(.failed)
                        }
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: url.host, port: port)
        connection.whenFailure { shown.fail($0) }
        connection.whenSuccess { channel in channel.closeFuture.whenComplete { _ in shown.fail(ChannelError.eof) } }
        let deadline = loop.scheduleTask(in: TimeAmount(time)) { shown.fail(ChannelError.connectTimeout(.zero)) }
        shown.futureResult.whenComplete { _ in
            deadline.cancel()
            connection.whenSuccess { $0.close(promise: nil) }
        }
        return await withTaskCancellationHandler {
            try? await shown.futureResult.get()
        } onCancel: {
            shown.fail(CancellationError())
        }
    }
}
