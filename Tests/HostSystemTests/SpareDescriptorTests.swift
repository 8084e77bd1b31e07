import Dispatch
import Glibc
import HostSystem
import Testing

@Suite(
    "A descriptor that is kept for libdispatch",
    .enabled(if: SpareDescriptor.isSupported, "a sanitizer is in its place")
)
struct SpareDescriptorTests {
    /// What came of opening a file where there was no descriptor, several times one after the other.
    private struct Attempts {
        var descriptors: [Int32] = []
        var errors: [Int32] = []
        var bytesRead: [Int] = []
        var closings: [Int32] = []
    }

    /// As libdispatch does it. The limit is low for some microseconds only: others in this program would miss it, too.
    private func open(_ path: String, times: Int) -> Attempts {
        var attempts = Attempts()
        attempts.descriptors.reserveCapacity(times)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
        setrlimit(resource, &none)
        defer { setrlimit(resource, &limit) }
        for _ in 0..<times {
            let descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK)
            attempts.errors.append(descriptor < 0 ? errno : 0)
            attempts.descriptors.append(descriptor)
            guard descriptor >= 0 else { continue }
            var byte: UInt8 = 0
            attempts.bytesRead.append(read(descriptor, &byte, 1))
            attempts.closings.append(close(descriptor))
        }
        return attempts
    }

    @Test("gives it a look at a thread of the program where there is none, again and again, and nobody anything else")
    func spare() throws {
        SpareDescriptor.keep()
        let own = "/proc/\(getpid())"
        let looks = open("\(own)/stat", times: 3)
        #expect(looks.descriptors.allSatisfy { $0 >= 0 })
        #expect(looks.bytesRead == [0, 0, 0])
        #expect(looks.closings == [0, 0, 0])
        for path in [
            "\(own)/status", "\(own)/task/\(getpid())/stat", "/proc/\(getppid())/stat", "/proc/stat", "/dev/null",
        ] {
            #expect(open(path, times: 1).errors == [EMFILE], "\(path)")
        }
        #expect(open("\(own)/stat", times: 1).descriptors == [looks.descriptors[0]])
        // With descriptors it is the file itself.
        let file = Glibc.open("\(own)/stat", O_RDONLY)
        defer { close(file) }
        var byte: UInt8 = 0
        #expect(read(file, &byte, 1) == 1)
        #expect(file != looks.descriptors[0])
    }

    /// Lets work wait for a thread where there is no descriptor, for three of the looks that libdispatch takes each second.
    private static func starve() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
        for _ in 0..<1000 { DispatchQueue.global().async { usleep(100_000) } }
        usleep(3_500_000)
        exit(EXIT_SUCCESS)
    }

    @Test("lets a program live whose work waits for a thread")
    func kept() async {
        await #expect(processExitsWith: .success) {
            SpareDescriptor.keep()
            SpareDescriptorTests.starve()
        }
    }

    /// What a trap ends a program by.
    private static let trap: Int32 = {
        #if arch(x86_64)
            SIGILL
        #else
            SIGTRAP
        #endif
    }()

    /// If this fails, libdispatch has learned better, and nobody needs the descriptor any more.
    @Test("is what such a program dies without")
    func needed() async {
        await #expect(processExitsWith: .signal(SpareDescriptorTests.trap)) { SpareDescriptorTests.starve() }
    }

    @Test("makes files as the C library does")
    func create() throws {
        let path = "/tmp/sockwatch-spare-\(getpid())"
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        try #require(file >= 0)
        defer { unlink(path) }
        var status = stat()
        #expect(fstat(file, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640 & ~currentMask())
        #expect(close(file) == 0)
        #expect(close(file) == -1 && errno == EBADF)
    }

    private func currentMask() -> mode_t {
        let mask = umask(0)
        umask(mask)
        return mask
    }
}
