import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Fetches servers' own numbers over HTTP/1.1.
///
/// A fetch is bounded in time and size whatever the server does, follows no redirect, and closes its connection at
/// once: no connection waits in a pool for a server to close it.
public struct CompanionClient: Sendable {
    /// The bytes that a body may have: 8 MiB.
    public static let defaultSizeLimit = 8 << 20

    /// OpenMetrics first, for its strictness, then 0.0.4, then whatever there is.
    static let accept = """
        application/openmetrics-text;version=1.0.0;q=0.8,\
        text/plain;version=0.0.4;q=0.6,application/json;q=0.4,*/*;q=0.2
        """

    private let http: HTTPClient
    private let sizeLimit: Int

    /// - Parameter sizeLimit: How many bytes a body may have.
    public init(sizeLimit: Int = CompanionClient.defaultSizeLimit) {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.idleTimeout = .seconds(1)
        // A refused connection is news, not something to try again for ten seconds.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Watches of one server must not queue behind each other when it hangs.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        http = HTTPClient(configuration: configuration)
        self.sizeLimit = sizeLimit
    }

    /// Ends what is under way and closes every connection. The client cannot be used any more.
    public func shutdown() async {
        // The only error is a second shutdown, which finds nothing left to do.
        try? await http.shutdown()
    }

    /// Fetches one address.
    ///
    /// - Parameters:
    ///   - authorities: Whose certificates the server may have; `nil` for those of the authorities that the system
    ///     trusts.
    ///   - timeout: For the whole exchange, from resolving the name to the last byte.
    /// - Throws: ``CompanionFailure``, never ``CompanionFailure/Code/malformed``, as nothing is read here.
    public func fetch(
        _ url: CompanionURL,
        authorities: CompanionAuthorities? = nil,
        timeout: Duration = .seconds(2)
    ) async throws(CompanionFailure) -> CompanionResponse {
        let result = await withTaskGroup { group in
            group.addTask { await exchange(url, authorities: authorities, timeout: timeout) }
            // The client's own deadline ends with the head of an answer; a body that drips would go on for ever.
            group.addTask {
                do {
                    try await Task.sleep(for: timeout)
                    return .failure(.timedOut(url, after: timeout))
                } catch {
                    return .failure(.cancelled(url))
                }
            }
            let first = await group.next() ?? .failure(.cancelled(url))
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private func exchange(
        _ url: CompanionURL,
        authorities: CompanionAuthorities?,
        timeout: Duration
    ) async -> Result<CompanionResponse, CompanionFailure> {
        let start = ContinuousClock.now
        do {
            var request = HTTPClientRequest(url: url.string)
            request.headers = [
                "Accept": Self.accept, "Accept-Encoding": "identity", "Connection": "close",
                "User-Agent": "sse-sockwatch",
            ]
            if let user = url.user {
                request.setBasicAuth(username: user, password: url.password ?? "")
            }
            request.tlsConfiguration = authorities?.clientConfiguration
            let response = try await http.execute(request, deadline: .now() + TimeAmount(timeout))
            try check(response, from: url)
            let body = try await collect(response.body, from: url)
            return .success(
                CompanionResponse(
                    body: body,
                    contentType: response.headers.first(name: "Content-Type"),
                    duration: ContinuousClock.now - start
                )
            )
        } catch let error as NIOSSLError where error.refusesCertificate {
            // Some time is left for the failure itself to be told.
            let rest = (timeout - (ContinuousClock.now - start)) * 3 / 4
            let look = CertificateLook(group: http.eventLoopGroup)
            let shown = await look.certificates(of: url, within: rest)
            return .failure(.tls(url, CertificateDoubt.reason(shown: shown, authorities: authorities)))
        } catch {
            return .failure(CompanionFailure(error, url: url, timeout: timeout))
        }
    }

    private func check(_ response: HTTPClientResponse, from url: CompanionURL) throws(CompanionFailure) {
        let status = Int(response.status.code)
        switch status {
        case 200..<300:
            break
        case 300..<400:
            let location = response.headers.first(name: "Location").map { " to \($0)" } ?? ""
            let message = "\(url): answered \(status), a redirect\(location), which is not followed; name the final URL"
            throw CompanionFailure(.redirect, message: message, status: status)
        default:
            let message = "\(url): answered \(status) \(response.status.reasonPhrase)"
            throw CompanionFailure(.status, message: message, status: status)
        }
        if let encoding = response.headers.first(name: "Content-Encoding"), encoding.lowercased() != "identity" {
            throw CompanionFailure(
                .malformed,
                message: "\(url): the body is encoded as \(encoding), although the request asked for none"
            )
        }
        if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > sizeLimit {
            throw tooLarge(url)
        }
    }

    private func collect(_ body: HTTPClientResponse.Body, from url: CompanionURL) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= sizeLimit else { throw tooLarge(url) }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    private func tooLarge(_ url: CompanionURL) -> CompanionFailure {
        CompanionFailure(.tooLarge, message: "\(url): the body is larger than \(sizeLimit) bytes, the limit")
    }
}
