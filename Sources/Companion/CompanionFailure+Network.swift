import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension CompanionFailure {
    /// What an error of the HTTP client means to somebody who asked for a server's numbers.
    init(_ error: any Error, url: CompanionURL, timeout: Duration) {
        switch error {
        case let failure as CompanionFailure:
            self = failure
        case is CancellationError:
            self = .cancelled(url)
        case let error as HTTPClientError:
            self.init(clientError: error, url: url, timeout: timeout)
        case let error as NIOConnectionError:
            self.init(connectionError: error, url: url)
        case let error as IOError:
            self.init(errno: error.errnoCode, url: url, detail: error.description)
        case let error as ChannelError:
            self = Self.isTimeout(error) ? .timedOut(url, after: timeout) : .closedEarly(url)
        case HTTPParserError.invalidEOFState:
            self = .closedEarly(url)
        case is HTTPParserError:
            self.init(.notHTTP, message: "\(url): the answer is not HTTP: \(error)")
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .tls(url, "the server's certificate is not for \(url.host); ask it by a name that it is for")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            self = .tls(url, "\(error)")
        default:
            self.init(.connection, message: "\(url): failed: \(error)")
        }
    }

    private init(clientError error: HTTPClientError, url: CompanionURL, timeout: Duration) {
        switch error {
        case .deadlineExceeded, .connectTimeout, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout:
            self = .timedOut(url, after: timeout)
        case .tlsHandshakeTimeout:
            self.init(.tls, message: "\(url): the TLS handshake did not end in time")
        case .remoteConnectionClosed, .uncleanShutdown:
            self = .closedEarly(url)
        case .cancelled, .alreadyShutdown, .requestStreamCancelled:
            self = .cancelled(url)
        default:
            self.init(.connection, message: "\(url): \(error.shortDescription)")
        }
    }

    private init(connectionError error: NIOConnectionError, url: CompanionURL) {
        // A host may have several addresses: the errors of connecting say more than those of resolving one family.
        if let first = error.connectionErrors.first {
            let errnoCode = (first.error as? IOError)?.errnoCode
            self.init(errno: errnoCode, url: url, detail: "\(first.error)")
        } else {
            self.init(.dns, message: "\(url): the name \(error.host) cannot be resolved")
        }
    }

    private init(errno: CInt?, url: CompanionURL, detail: String) {
        switch errno {
        case ErrorNumber.connectionRefused:
            self.init(.refused, message: "\(url): connection refused; is the server running?")
        case ErrorNumber.networkUnreachable, ErrorNumber.hostUnreachable:
            self.init(.unreachable, message: "\(url): unreachable: \(detail)")
        case ErrorNumber.connectionReset, ErrorNumber.brokenPipe:
            self = .closedEarly(url)
        default:
            self.init(.connection, message: "\(url): \(detail)")
        }
    }

    private static func isTimeout(_ error: ChannelError) -> Bool {
        if case .connectTimeout = error { true } else { false }
    }

    static func tls(_ url: CompanionURL, _ reason: String) -> CompanionFailure {
        CompanionFailure(.tls, message: "\(url): TLS failed: \(reason)")
    }

    static func timedOut(_ url: CompanionURL, after timeout: Duration) -> CompanionFailure {
        CompanionFailure(.timedOut, message: "\(url): no complete answer within \(timeout)")
    }

    static func cancelled(_ url: CompanionURL) -> CompanionFailure {
        CompanionFailure(.cancelled, message: "\(url): the fetch was cancelled")
    }

    static func closedEarly(_ url: CompanionURL) -> CompanionFailure {
        CompanionFailure(.closedEarly, message: "\(url): the server closed the connection before the end of its answer")
    }
}

extension NIOSSLError {
    /// Whether the server's certificate is not trusted. BoringSSL says so in its text alone.
    var refusesCertificate: Bool {
        guard case .handshakeFailed = self else { return false }
        return "\(self)".contains("CERTIFICATE_VERIFY_FAILED")
    }
}
