import Glibc
import NetworkLab
import SockDiag
import Testing

/// What the kernel says of which socket, on which the numbers by service are built.
@Suite("The cgroup of a socket", .networkNamespaces, .cgroups, .serialized)
struct SocketCgroupTests {
    /// Listens in the cgroup that it is started in, and accepts in another one: the first connection it keeps, the
    /// second it fills and closes, the third it closes; more it does not accept.
    private static let server = """
        import socket, sys, time
        listener = socket.create_server(("127.0.0.1", 0))
        with open(sys.argv[1] + "/cgroup.procs", "w") as processes: processes.write("0")
        print("listening", listener.getsockname()[1], flush=True)
        kept, _ = listener.accept()
        filled, _ = listener.accept()
        filled.setblocking(False)
        try:
            while True: filled.send(b"." * 65536)
        except BlockingIOError: filled.close()
        listener.accept()[0].close()
        print("accepted", flush=True)
        time.sleep(60)
        """

    /// The server's sockets by the port of their clients; the listener's is 0.
    private static func sockets(of server: UInt16, in namespace: LabNamespace) throws -> [UInt16: SocketRecord] {
        var dumper = try namespace.perform { try SocketDumper() }
        var records: [UInt16: SocketRecord] = [:]
        try dumper.dump(SocketQuery(filter: PortFilter(local: PortSet([server])))) { record in
            records[record.remote.port] = copy record
        }
        return records
    }

    @Test("is that of its listener's maker, whoever accepts it, until nobody holds it")
    func inheritance() async throws {
        let made = try LabCgroup("listener.service")
        let moved = try LabCgroup("acceptor.service")
        let namespace = try LabNamespace()
        let server = try made.run("python3", ["-c", Self.server, moved.path], in: namespace)
        let port = try await server.listeningPort()
        let clients = try (0..<4).map { _ in try namespace.connect(to: Endpoint("127.0.0.1", port)) }
        let ports = try clients.map { try $0.local.port }
        try await server.waitForLine(containing: "accepted")

        let states: [TCPState] = [.established, .finWait1, .finWait2, .established]
        let sockets = try await eventually("the connections are in their states") {
            try Self.sockets(of: port, in: namespace)
        } until: { sockets in
            ports.map { sockets[$0]?.state } == states
        }
        #expect(sockets[0]?.state == .listen && sockets[0]?.cgroupID == made.id)
        let (kept, orphan) = (try #require(sockets[ports[0]]), try #require(sockets[ports[1]]))
        #expect(kept.inode != 0 && kept.cgroupID == made.id, "accepted")
        #expect(orphan.inode == 0 && orphan.cgroupID == made.id, "an orphan in FIN_WAIT1")
        #expect(sockets[ports[2]]?.cgroupID == nil, "an orphan in FIN_WAIT2, in the kernel's smaller form")
        #expect(sockets[ports[3]]?.inode == 0 && sockets[ports[3]]?.cgroupID == made.id, "waiting to be accepted")
        #expect(moved.id != made.id)

        // The cgroup goes with its last process, the id stays with the sockets.
        made.remove()
        clients[0].close()
        try await eventually("it is in CLOSE_WAIT") {
            try Self.sockets(of: port, in: namespace)[ports[0]]
        } until: {
            $0?.state == .closeWait && $0?.cgroupID == kept.cgroupID
        }
        print("accepted, unaccepted, CLOSE_WAIT, orphan in FIN_WAIT1: the listener's; orphan in FIN_WAIT2: none")
        try server.signal(SIGKILL)
        try await server.waitForEnd()
    }
}
