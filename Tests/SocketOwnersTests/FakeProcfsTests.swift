import HostSystem
import SocketOwners
import Testing

@Suite("The owners in a procfs that was made for the test")
struct FakeProcfsTests {
    private static func scan(
        _ tree: FakeProcfs,
        _ inodes: [UInt32],
        cgroups: Set<UInt64> = []
    ) -> SocketOwnerScan {
        SocketOwnerScan.owners(
            of: inodes,
            cgroups: cgroups,
            procfs: tree.procfs,
            hierarchy: CgroupHierarchy(path: tree.cgroupfs)
        )
    }

    @Test("are all processes that hold a socket, in the order of their pids")
    func several() throws {
        let tree = try FakeProcfs()
        try tree.addProcess(20, command: "worker", sockets: [5: 1001])
        try tree.addProcess(3, command: "master (a b)", sockets: [4: 1001, 9: 1002])
        try tree.addProcess(100, sockets: [4: 5000])
        let scan = Self.scan(tree, [1001, 1002, 1003])
        #expect(
            scan.owners[1001] == [
                SocketOwner(pid: 3, command: "master (a b)", descriptor: 4),
                SocketOwner(pid: 20, command: "worker", descriptor: 5),
            ]
        )
        #expect(scan.owners[1002] == [SocketOwner(pid: 3, command: "master (a b)", descriptor: 9)])
        #expect(scan.owners[1003] == nil && scan.owners[5000] == nil)
        #expect(scan.readProcesses == 3 && scan.unreadableProcesses == 0)
    }

    @Test("that may not be looked into are counted")
    func denied() throws {
        let tree = try FakeProcfs()
        try tree.addProcess(3, sockets: [4: 1001], isReadable: false)
        try tree.addProcess(4, sockets: [4: 1002])
        let scan = Self.scan(tree, [1001, 1002])
        #expect(scan.owners.keys.sorted() == [1002])
        #expect(scan.unreadableProcesses == 1 && scan.readProcesses == 1)
    }

    @Test("are not looked for in other network namespaces")
    func namespaces() throws {
        let tree = try FakeProcfs()
        try tree.addProcess(3, sockets: [4: 1001], namespace: "others")
        try tree.addProcess(4, sockets: [4: 1001])
        let scan = Self.scan(tree, [1001])
        #expect(scan.owners[1001]?.map(\.pid) == [4])
        #expect(scan.readProcesses == 1)
    }

    @Test("are looked for in the cgroups of the sockets first, and elsewhere only if need be")
    func cgroups() throws {
        let tree = try FakeProcfs()
        let cgroup = try tree.addCgroup("/shop.service")
        try tree.addProcess(3, sockets: [4: 9999])
        try tree.addProcess(4, sockets: [4: 1001], cgroup: "/shop.service")
        try tree.addProcess(5, sockets: [4: 1002])
        let near = Self.scan(tree, [1001], cgroups: [cgroup])
        #expect(near.owners[1001]?.map(\.pid) == [4] && near.readProcesses == 1)
        let far = Self.scan(tree, [1001, 1002], cgroups: [cgroup])
        #expect(far.owners[1002]?.map(\.pid) == [5] && far.readProcesses == 3)
    }

    @Test("are not taken from links that only look like sockets")
    func lookalikes() throws {
        let tree = try FakeProcfs()
        try tree.addProcess(3, sockets: [:])
        let scan = Self.scan(tree, [77])
        #expect(scan.owners.isEmpty && scan.readProcesses == 1)
    }
}
