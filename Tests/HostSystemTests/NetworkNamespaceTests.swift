import Glibc
import HostSystem
import NetworkLab
import SockDiag
import Testing

@Suite("A network namespace's name")
struct NetworkNamespaceNameTests {
    @Test(
        "is read as it is written",
        arguments: [
            ("self", NetworkNamespace.own), ("pid:1", .process(1)), ("pid:4194304", .process(4_194_304)),
            ("blue", .named("blue")), ("cni-1b2c", .named("cni-1b2c")), ("pid", .named("pid")), ("all", .named("all")),
        ]
    )
    func reading(text: String, namespace: NetworkNamespace) {
        #expect(NetworkNamespace(text) == namespace)
        #expect(namespace.description == text)
    }

    @Test(
        "cannot be a path, nor a process that cannot be",
        arguments: ["", ".", "..", "a/b", "/run/netns/blue", "pid:", "pid:0", "pid:-1", "pid:+1", "pid:x"]
    )
    func refused(text: String) {
        #expect(NetworkNamespace(text) == nil)
        #expect(NetworkNamespace("a\0b") == nil)
    }
}

/// The local ports of the listeners that a netlink socket sees.
private func listeners(seenBy dumper: inout SocketDumper) throws -> Set<UInt16> {
    var ports: Set<UInt16> = []
    try dumper.dump(SocketQuery(states: .listen)) { ports.insert($0.local.port) }
    return ports
}

/// The namespace that the calling thread is in.
private func threadNamespace() -> UInt64? { ProcFile.inode(of: "/proc/thread-self/ns/net") }

private final class Watch {
    var dumper: SocketDumper
    var reader: DestroyEventReader

    init() throws(SockDiagError) {
        dumper = try SocketDumper()
        reader = try DestroyEventReader(receiveBufferSize: 64 << 10)
    }
}

@Suite("A network namespace", .networkNamespaces, .serialized)
struct NetworkNamespaceTests {
    @Test("shows its own sockets to a netlink socket that was opened inside, by its name and by a process in it")
    func opening() async throws {
        let lab = try LabNamespace()
        let listener = try lab.listen()
        let process = try LabProcess("sleep", ["60"], in: lab)
        for namespace in [NetworkNamespace.named(lab.name), .process(process.identifier)] {
            var dumper = try namespace.run { () throws(SockDiagError) in try SocketDumper() }.get()
            #expect(try listeners(seenBy: &dumper) == [try listener.local.port])
        }
        try process.signal(9)
    }

    @Test("is the same under its name and by a process in it, and another than the own one")
    func identity() throws {
        let (lab, other) = (try LabNamespace(), try LabNamespace())
        let process = try LabProcess("sleep", ["60"], in: lab)
        let named = NetworkNamespace.named(lab.name)
        #expect(try named.identity() == NetworkNamespace.process(process.identifier).identity())
        #expect(try named.identity() != NetworkNamespace.named(other.name).identity())
        #expect(try named.identity() != NetworkNamespace.own.identity())
        #expect(try NetworkNamespace.process(getpid()).identity() == NetworkNamespace.own.identity())
        #expect(NetworkNamespace.allNamed().contains(named))
        try lab.remove()
        #expect(!NetworkNamespace.allNamed().contains(named))
        try process.signal(9)
    }

    @Test("leaves the calling thread where it is, and hands on what the work throws")
    func callingThread() throws {
        struct Failure: Error {}
        let lab = try LabNamespace()
        let own = try NetworkNamespace.own.identity()
        let inside = try NetworkNamespace.named(lab.name).run { threadNamespace() }.get()
        #expect(inside == (try NetworkNamespace.named(lab.name).identity().inode))
        #expect(threadNamespace() == own.inode)
        let failed = try NetworkNamespace.named(lab.name).run { () throws(Failure) -> Int in throw Failure() }
        #expect(throws: Failure.self) { try failed.get() }
    }

    @Test("that is missing, is no namespace, or may not be entered, is an error that says so")
    func errors() throws {
        func failure(_ namespace: NetworkNamespace) -> NetworkNamespaceError? {
            do throws(NetworkNamespaceError) {
                _ = try namespace.run { 1 }
                return nil
            } catch { return error }
        }
        let missing = try #require(failure(.named("no-such-namespace")))
        #expect(missing.code == .missing)
        let path = "/run/netns/no-such-namespace"
        #expect(
            missing.description
                == "network namespace no-such-namespace: there is no \(path); `ip netns list` shows the names"
        )
        let process = try LabProcess("true")
        let gone = process.identifier
        while try process.checkEnded() == nil {}
        #expect(failure(.process(gone))?.description == "network namespace pid:\(gone): there is no process \(gone)")

        let lab = try LabNamespace()
        let plain = "/run/netns/\(lab.name)-plain"
        try lab.run("touch", plain)
        defer { _ = try? lab.run("rm", plain) }
        let notOne = try #require(failure(.named("\(lab.name)-plain")))
        #expect(notOne.code == .notNamespace)
        #expect(notOne.description == "network namespace \(lab.name)-plain: \(plain) is not a network namespace")

        let refused = try LabNamespace().perform {
            try becomeOrdinaryUserOnThisThread()
            return failure(.named(lab.name))
        }
        #expect(refused?.code == .denied)
        #expect(
            refused?.description
                == "network namespace \(lab.name): permission denied for \(lab.path); entering it takes CAP_SYS_ADMIN"
        )
    }

    @Test("is one of 200 that one process watches at the same time, each seeing its own sockets only")
    func many() throws {
        let labs = try (0..<200).map { _ in try LabNamespace() }
        let sockets = try labs.map { try $0.listen() }
        let clock = ContinuousClock()
        let start = clock.now
        let watches = try labs.map {
            try NetworkNamespace.named($0.name).run { () throws(SockDiagError) in try Watch() }.get()
        }
        print("200 namespaces entered and two netlink sockets opened in each in \(clock.now - start)")
        let identities = try labs.map { try NetworkNamespace.named($0.name).identity() }
        #expect(Set(identities).count == 200)
        for (watch, socket) in zip(watches, sockets) {
            let port = try socket.local.port
            #expect(try listeners(seenBy: &watch.dumper) == [port])
            socket.close()
            var closed: [UInt16] = []
            #expect(try watch.reader.next(timeout: .seconds(10)) { closed.append($0.local.port) } == .events(1))
            #expect(closed == [port])
        }
    }
}
