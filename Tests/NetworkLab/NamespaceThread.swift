import CNetworkLab
import Glibc

/// Runs `body` on a thread of its own that is inside the network namespace of `path`, and waits for it.
///
/// A thread and not a task: `setns` moves the calling thread, and a thread that came back to Swift's pool inside a
/// foreign namespace would take later tests with it.
func onThread<Value: ~Copyable>(
    inNamespaceAt path: String,
    _ body: () throws -> Value
) throws -> Value {
    // The caller is blocked until the thread has ended, so neither the closure nor what it captures escapes or is
    // used by two threads at a time.
    try withoutActuallyEscaping(body) { body in
        let work = ThreadWork<Value>(namespacePath: path, body: body)
        let context = Unmanaged.passRetained(work)
        defer { context.release() }
        var thread = pthread_t()
        try checkReturnedCode(
            "start a thread",
            pthread_create(
                &thread,
                nil,
                { context in
                    if let context {
                        let work = Unmanaged<AnyThreadWork>.fromOpaque(context).takeUnretainedValue()
                        work.run()
                    }
                    return nil
                },
                context.toOpaque()
            )
        )
        try checkReturnedCode("wait for a thread", pthread_join(thread, nil))
        return try work.takeResult()
    }
}

/// What the thread's C entry point sees of a `ThreadWork`, whose type it cannot know.
private class AnyThreadWork {
    func run() {}
}

private final class ThreadWork<Value: ~Copyable>: AnyThreadWork {
    private let namespacePath: String
    private let body: () throws -> Value
    private var result: Result<Value, any Error>?

    init(namespacePath: String, body: @escaping () throws -> Value) {
        self.namespacePath = namespacePath
        self.body = body
    }

    override func run() {
        do {
            try enter()
            result = .success(try body())
        } catch {
            result = .failure(error)
        }
    }

    private func enter() throws {
        let descriptor = OwnedDescriptor(
            try systemCall("open \(namespacePath)") { open(namespacePath, O_RDONLY | O_CLOEXEC) }
        )
        let number = try descriptor.value()
        try systemCall("enter \(namespacePath)") { lab_enter_network_namespace(number) }
        descriptor.close()
    }

    func takeResult() throws -> Value {
        guard let result = result.take() else { throw LabError("the thread ended without a result") }
        return try result.get()
    }
}
