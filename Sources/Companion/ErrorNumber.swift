#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The error numbers of connections, by the names of what happened.
enum ErrorNumber {
    static let connectionRefused = ECONNREFUSED
    static let connectionReset = ECONNRESET
    static let networkUnreachable = ENETUNREACH
    static let hostUnreachable = EHOSTUNREACH
    static let brokenPipe = EPIPE
}
