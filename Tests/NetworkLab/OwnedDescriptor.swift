import Glibc
import Synchronization

/// A file descriptor that is closed once: by `close`, or with the last reference.
final class OwnedDescriptor: Sendable {
    private let number: Mutex<Int32?>

    init(_ number: Int32) {
        self.number = Mutex(number)
    }

    deinit {
        close()
    }

    func close() {
        let taken = number.withLock { number -> Int32? in
            defer { number = nil }
            return number
        }
        if let taken { _ = Glibc.close(taken) }
    }

    /// The number to call the system with. Stays valid while `self` is referenced and `close` is not called.
    func value() throws(LabError) -> Int32 {
        guard let value = number.withLock({ $0 }) else { throw LabError("the descriptor is closed already") }
        return value
    }
}
