internal import CSockDiag
internal import Glibc
internal import SystemPackage

/// Ends the waiting of any number of readers, from any thread, for good. An `eventfd`.
public final class StopSignal: Sendable {
    /// Readable from ``stop()`` on, for those who wait with a `poll` of their own. Not to be read or closed.
    public let descriptor: Int32

    /// - Throws: ``SockDiagError`` when the process has no descriptor left.
    public init() throws(SockDiagError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw SockDiagError(.systemCall, errno: Errno(rawValue: errno), "cannot open an eventfd")
        }
    }

    deinit { close(descriptor) }

    /// Readers that wait return at once, and those that come later do not wait.
    public func stop() {
        // Never read, so it stays readable. It can fail only when it has been written 2^64 times.
        eventfd_write(descriptor, 1)
    }
}
