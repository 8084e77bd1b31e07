internal import Glibc
internal import Synchronization
internal import SystemPackage

/// The program's standard output and standard error.
enum Terminal {
    /// Why something that was written to standard output did not get there. Nil when all did, and when its reader went
    /// away, who has then seen enough.
    private static let outputFailure = Mutex<Errno?>(nil)

    static func print(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    static func printError(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// A message of the program's own, with its name in front of each line.
    static func complain(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        write(lines.map { "sse-sockwatch: \($0)\n" }.joined(), to: STDERR_FILENO)
    }

    /// Writes everything, however often the descriptor takes only a part. False when it takes no more.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { write(UnsafeRawBufferPointer($0), to: descriptor) }
    }

    static func write(_ text: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        do {
            try FileDescriptor(rawValue: descriptor).writeAll(text)
            return true
        } catch {
            let reason = error as? Errno ?? .ioError
            if descriptor == STDOUT_FILENO && reason != .brokenPipe {
                outputFailure.withLock { $0 = $0 ?? reason }
            }
            return false
        }
    }

    /// The exit code of a command that ended with this one: lost output is a failure, whatever else it found.
    static func status(after status: Int32) -> Int32 {
        guard let reason = outputFailure.withLock({ $0 }) else { return status }
        complain("cannot write to standard output: \(reason)")
        return ExitStatus.failure
    }

    /// Opens the standard descriptors that are closed, so that no file or connection is opened in their place and gets
    /// what is meant for them. What is written to them fails as it would without.
    static func occupyClosedDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
