internal import Glibc
internal import HostSystem

/// The sockets among the descriptors of a process, in the order of their numbers: some first, the rest later.
///
/// Telling where a descriptor leads takes the kernel 2.4 µs (`readlink`), telling which there are 0.7 more. So they are
/// tried by number as long as the numbers have few gaps, which is as long as most servers run. The kernel lists those
/// that are left.
struct DescriptorTable {
    let path: String
    /// All below have been read.
    private var next: Int32 = 0
    private(set) var isFinished = false
    /// How many of them are there.
    private var opened = 0

    /// Beyond so many gaps the kernel is asked which numbers there are.
    private static let mostGaps = 16

    /// - Parameter path: `/proc/PID/fd`.
    init(path: String) {
        self.path = path
    }

    /// Calls `visit` for each descriptor that is a socket, has not been read, and has a number below the bound.
    ///
    /// - Returns: false when the process's descriptors may not be read. A process that has ended has none.
    mutating func read(
        below bound: Int32 = .max,
        _ visit: (_ descriptor: Int32, _ inode: UInt32) -> Void
    ) -> Bool {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else {
            isFinished = true
            return errno == ENOENT || errno == ESRCH
        }
        defer { close(directory) }
        if ProcDirectory.isGenuine(directory) {
            readByNumber(in: directory, below: bound, visit)
            guard next < bound else { return true }
            // Its places are the numbers, after `.` and `..`.
            lseek(directory, Int(next) + 2, SEEK_SET)
        }
        readByName(in: directory, visit)
        isFinished = true
        return true
    }

    private mutating func readByNumber(in directory: Int32, below bound: Int32, _ visit: (Int32, UInt32) -> Void) {
        let expected = Self.count(directory)
        var gaps = 0
        while next < bound, gaps < Self.mostGaps, expected == 0 || opened < expected {
            switch Self.target(of: next, in: directory) {
            case .nothing: gaps += 1
            case .other: opened += 1
            case .socket(let inode):
                opened += 1
                visit(next, inode)
            }
            next += 1
        }
    }

    /// Reads those that the directory lists from where it stands.
    private func readByName(in directory: Int32, _ visit: (Int32, UInt32) -> Void) {
        let copy = fcntl(directory, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    guard name.pointee >= 48, name.pointee <= 57 else { return }
                    let descriptor = Int32(truncatingIfNeeded: strtol(name, nil, 10))
                    guard descriptor >= next else { return }
                    if case .socket(let inode) = Self.target(of: name, in: directory) { visit(descriptor, inode) }
                }
            }
        }
    }

    /// The inode of the socket that a descriptor's path leads to. Nil when it is no socket, or is no more.
    static func socket(at path: String) -> UInt32? {
        if case .socket(let inode) = target(of: path, in: AT_FDCWD) { inode } else { nil }
    }

    private enum Target {
        case nothing
        case socket(UInt32)
        case other
    }

    private static func target(of descriptor: Int32, in directory: Int32) -> Target {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 12) { name in
            guard var digit = name.baseAddress.map({ $0 + name.count - 1 }) else { return .nothing }
            digit.pointee = 0
            var rest = descriptor
            repeat {
                digit -= 1
                digit.pointee = CChar(truncatingIfNeeded: 48 + rest % 10)
                rest /= 10
            } while rest > 0
            return target(of: digit, in: directory)
        }
    }

    private static func target(of name: UnsafePointer<CChar>, in directory: Int32) -> Target {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { target in
            guard let start = target.baseAddress else { return .nothing }
            let length = readlinkat(directory, name, start, target.count)
            guard length > 0 else { return .nothing }
            return socketInode(target.extracting(..<length)).map { .socket($0) } ?? .other
        }
    }

    /// The number in `socket:[12345]`.
    private static func socketInode(_ target: UnsafeMutableBufferPointer<CChar>) -> UInt32? {
        let prefix: StaticString = "socket:["
        guard target.count > prefix.utf8CodeUnitCount + 1, let start = target.baseAddress,
            memcmp(start, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
        else { return nil }
        var inode: UInt32 = 0
        for digit in target[prefix.utf8CodeUnitCount..<target.count - 1] {
            guard digit >= 48, digit <= 57 else { return nil }
            inode = inode &* 10 &+ UInt32(digit - 48)
        }
        return inode
    }

    /// How many descriptors the process has. 0 where the kernel does not say (before 6.2).
    private static func count(_ directory: Int32) -> Int {
        var status = stat()
        return fstat(directory, &status) == 0 ? Int(status.st_size) : 0
    }
}
