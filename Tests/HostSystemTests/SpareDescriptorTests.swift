import Dispatch
import Glibc
import HostSystem
import Testing

/// Each in a program of its own: without descriptors nobody else can work, and `keep` is for good.
@Suite(
    "A descriptor that is kept for libdispatch",
    .enabled(if: SpareDescriptor.isSupported, "a sanitizer is in its place")
)
struct SpareDescriptorTests {
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    /// What came of opening a file where there was no descriptor, several times one after the other.
    private struct Attempts {
        var descriptors: [Int32] = []
        var errors: [Int32] = []
        var bytesRead: [Int] = []
        var closings: [Int32] = []
    }

    private static func openWithoutDescriptors(_ path: String, times: Int = 1) -> Attempts {
        var attempts = Attempts()
        var limit = rlimit()
        getrlimit(resource, &limit)
        var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
        setrlimit(resource, &none)
        defer { setrlimit(resource, &limit) }
        for _ in 0..<times {
            let descriptor = open(path, O_RDONLY | O_NONBLOCK)
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
    func spare() async {
        await #expect(processExitsWith: .success) {
            SpareDescriptor.keep()
            let own = "/proc/\(getpid())"
            let looks = SpareDescriptorTests.openWithoutDescriptors("\(own)/stat", times: 3)
            #expect(looks.descriptors.allSatisfy { $0 >= 0 && $0 == looks.descriptors[0] })
            #expect(looks.bytesRead == [0, 0, 0])
            #expect(looks.closings == [0, 0, 0])
            let thread = "\(own)/task/\(getpid())/stat"
            for path in ["\(own)/status", thread, "/proc/\(getppid())/stat", "/proc/stat", "/dev/null"] {
                #expect(SpareDescriptorTests.openWithoutDescriptors(path).errors == [EMFILE], "\(path)")
            }
            // With descriptors it is the file itself.
            let file = open("\(own)/stat", O_RDONLY)
            var byte: UInt8 = 0
            #expect(read(file, &byte, 1) == 1)
            #expect(file != looks.descriptors[0])
        }
    }

    /// Lets work wait for a thread where there is no descriptor, for three of the looks that libdispatch takes each second.
    private static func starve() {
        // It has all descriptors of its own: those for the work, for timers, and for what waits for both.
        let isReady = DispatchSemaphore(value: 0)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { isReady.signal() }
        isReady.wait()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(resource, &none)
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

    @Test("leaves files to be made, and closed, as the C library does it")
    func create() async {
        await #expect(processExitsWith: .success) {
            umask(0o027)
            let path = "/tmp/sockwatch-spare-\(getpid())"
            unlink(path)
            defer { unlink(path) }
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            var status = stat()
            #expect(fstat(file, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o640)
            #expect(close(file) == 0)
            #expect(fcntl(file, F_GETFD) == -1)
            #expect(close(.max) == -1 && errno == EBADF)
        }
    }
}
