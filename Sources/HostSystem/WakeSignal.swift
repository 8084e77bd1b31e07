internal import CHostSystem
internal import Glibc

/// Ends a `poll` of another thread, as often as it is given. An `eventfd`.
public final class WakeSignal: Sendable {
    /// Readable from ``wake()`` until ``clear()``. Not to be closed.
    public let descriptor: Int32

    /// - Throws: ``SystemCallError`` when the process has no descriptor left.
    public init() throws(SystemCallError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemCallError(operation: "open an eventfd", number: errno) }
    }

    deinit { close(descriptor) }

    public func wake() {
        // It can fail only when it has been written 2^64 times without being cleared; then it is readable.
        eventfd_write(descriptor, 1)
    }

    public func clear() {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }
}
