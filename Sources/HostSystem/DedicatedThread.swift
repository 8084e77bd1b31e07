internal import Glibc

/// A thread that belongs to one task for as long as the task runs, because the task blocks.
public enum DedicatedThread {
    /// Runs `body` on a new thread and returns at once.
    ///
    /// - Throws: ``SystemCallError`` when the system gives no thread.
    public static func start(_ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            box.toOpaque()
        )
        guard status == 0 else {
            box.release()
            throw SystemCallError(operation: "start a thread", number: status)
        }
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
