import Glibc
import HostSystem
import NetworkLab
import SockDiag
import Testing

@testable import SocketOwners

@Suite("The owners of a server with forked workers", .serialized)
struct OwnerOrderTests {
    private let address =
        "127.\(Int.random(in: 1...254)).\(Int.random(in: 0...255)).\(Int.random(in: 1...254))"

    /// Runs the body beside a server of four workers, each with a connection.
    private func withServer(
        _ body: (_ server: PreforkServer, _ listener: UInt32, _ accepted: [UInt32]) async throws -> Void
    ) async throws {
        let server = try await PreforkServer(at: address, workers: 4)
        let clients = try (0..<4).map { _ in try connect(to: address, server.port) }
        defer { clients.forEach { close($0) } }
        try await server.process.waitForLine(containing: "ready")
        let sockets = try server.sockets()
        let listener = try #require(sockets.listener).inode
        try await body(server, listener, sockets.accepted.map(\.inode))
        try await server.end()
    }

    @Test("are found by reading the holder of the listener and its descendants, and nobody else")
    func hints() async throws {
        try await withServer { server, listener, accepted in
            #expect(server.workers.count == 4 && accepted.count == 4)
            let scan = SocketOwnerScan.owners(of: [listener] + accepted, hints: [server.process.identifier])
            #expect(scan.readProcesses == 5)
            #expect(scan.owners[listener]?.map(\.pid) == ([server.process.identifier] + server.workers).sorted())
            #expect(Set(accepted.compactMap { scan.owners[$0]?.first?.pid }) == Set(server.workers))
            #expect(accepted.allSatisfy { scan.owners[$0]?.count == 1 })
        }
    }

    @Test("are found without a hint when it is known which socket is the listener, and nobody after them is read")
    func listeners() async throws {
        // Whoever begins later has a higher number, as long as these do not begin anew.
        try await withServer { server, listener, accepted in
            let idle = try LabProcess("sleep", ["60"])
            let all = SocketOwnerScan.owners(of: [listener] + accepted)
            let scan = SocketOwnerScan.owners(of: [listener] + accepted, listeners: [listener])
            #expect(scan.owners == all.owners)
            #expect(scan.owners[listener]?.map(\.pid) == ([server.process.identifier] + server.workers).sorted())
            print("read \(scan.readProcesses) processes, without the listener known \(all.readProcesses)")
            if idle.identifier > server.process.identifier { #expect(scan.readProcesses < all.readProcesses) }
            try idle.signal(SIGKILL)
            try await idle.waitForEnd()
        }
    }

    @Test("are found all the same when the hint is wrong, or there is none", arguments: [[], [1], [.max], [-1, 0]])
    func wrongHints(hints: [Int32]) async throws {
        try await withServer { server, listener, accepted in
            let scan = SocketOwnerScan.owners(of: [listener] + accepted, hints: hints)
            #expect(scan.owners.count == 5)
            #expect(scan.owners[listener]?.count == 5)
            #expect(scan.readProcesses >= 5)
        }
    }

    @Test("are remembered, and looked for again when a process has ended")
    func cache() async throws {
        var cache = SocketOwnerCache(lifetime: 30)
        try await withServer { server, listener, accepted in
            let inodes = [listener, 0] + accepted
            let first = cache.owners(of: inodes, at: 0)
            #expect(Set(first.keys) == Set(inodes).subtracting([0]))
            #expect(first.values.allSatisfy { !$0.isEmpty } && cache.scans == 1)
            for now in 1...100 as ClosedRange<Int64> { #expect(cache.owners(of: inodes, at: now) == first) }
            #expect(cache.scans == 1)
            #expect(cache.owners(of: [listener], at: 30_000_000_000) == [listener: first[listener] ?? []])
            #expect(cache.scans == 2, "its time was over")

            let unlucky = try #require(server.workers.first)
            let held = try #require(accepted.first { first[$0]?.first?.pid == unlucky })
            #expect(kill(unlucky, SIGKILL) == 0)
            try await eventually("the connection is nobody's") {
                cache.owners(of: [held], at: 101)[held] == []
            }
            let scans = cache.scans
            #expect(cache.owners(of: [held], at: 102)[held] == [] && cache.scans == scans, "not looked for at once")
            #expect(cache.owners(of: [listener], at: 30_000_000_001)[listener]?.count == 4)
        }
    }
}

@Suite("The owners of sockets in another network namespace", .networkNamespaces)
struct ForeignOwnerTests {
    @Test("are found there, and not among the processes of the own one")
    func foreign() async throws {
        let lab = try LabNamespace()
        let program =
            "import socket, time; l = socket.create_server((\"127.0.0.1\", 0)); print(\"ready\", flush=True); "
        let process = try LabProcess("python3", ["-c", program + "time.sleep(60)"], in: lab)
        try await process.waitForLine(containing: "ready")
        let namespace = NetworkNamespace.named(lab.name)
        var dumper = try namespace.run { () throws(SockDiagError) in try SocketDumper() }.get()
        var inodes: [UInt32] = []
        try dumper.dump(SocketQuery(states: .listen)) { inodes.append($0.inode) }
        let inode = try #require(inodes.first)
        let scan = SocketOwnerScan.owners(of: [inode], in: try namespace.identity())
        #expect(scan.owners[inode]?.map(\.pid) == [process.identifier])
        #expect(SocketOwnerScan.owners(of: [inode]).owners.isEmpty)
        try process.signal(SIGKILL)
    }
}

@Suite("The tree of processes")
struct ProcessTreeTests {
    @Test("is read from names that hold anything")
    func parent() {
        #expect(ProcessTree.parent("12 (sleep) S 7 12 12 0") == 7)
        #expect(ProcessTree.parent("12 (a) R 1 (b) S 7 12 12") == 7)
        #expect(ProcessTree.parent("12 ()") == nil)
        #expect(ProcessTree.parent("") == nil)
    }

    @Test("has this process below its parent")
    func descendants() throws {
        let tree = ProcessTree(of: [getpid()], procfs: "/proc")
        #expect(tree.withDescendants(of: [getppid(), getppid()]) == [getppid(), getpid()])
        #expect(tree.withDescendants(of: [getpid()]) == [getpid()])
    }
}
