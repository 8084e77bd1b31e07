import Glibc
import HostSystem
import SocketOwners
import Testing

@Suite("The owners of real sockets")
struct SocketOwnerScanTests {
    /// The inode of a descriptor.
    private static func inode(_ descriptor: Int32) -> UInt32 {
        var status = stat()
        fstat(descriptor, &status)
        return UInt32(truncatingIfNeeded: status.st_ino)
    }

    private static func withSocket(_ body: (Int32) throws -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try body(descriptor)
    }

    @Test("are this process, with its name and every descriptor of the socket")
    func own() throws {
        try Self.withSocket { socket in
            let second = fcntl(socket, F_DUPFD_CLOEXEC, 0)
            try #require(second >= 0)
            defer { close(second) }
            let scan = SocketOwnerScan.owners(of: [Self.inode(socket)])
            let owners = scan.owners[Self.inode(socket)] ?? []
            #expect(Set(owners.map(\.descriptor)) == [socket, second])
            #expect(Set(owners.map(\.pid)) == [getpid()])
            let comm = try #require(ProcFile.text(of: "/proc/self/comm"))
            #expect(Set(owners.map { $0.command + "\n" }) == [comm])
        }
    }

    @Test("are found by the cgroup of this process without reading others")
    func cgroup() throws {
        let membership = ProcFile.text(of: "/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::") }
        let path = "/sys/fs/cgroup" + (membership.map { String($0.dropFirst(3)) } ?? "")
        guard membership != nil, let cgroup = ProcFile.inode(of: path) else { return }
        try Self.withSocket { socket in
            let scan = SocketOwnerScan.owners(of: [Self.inode(socket)], cgroups: [cgroup])
            #expect(scan.owners[Self.inode(socket)]?.map(\.pid) == [getpid()])
        }
    }

    @Test("are none for a socket that is closed, and nothing is read for inode 0")
    func none() throws {
        var gone: UInt32 = 0
        try Self.withSocket { gone = Self.inode($0) }
        #expect(SocketOwnerScan.owners(of: [gone]).owners.isEmpty)
        let nothing = SocketOwnerScan.owners(of: [0])
        #expect(nothing.readProcesses == 0 && nothing.unreadableProcesses == 0)
    }
}
