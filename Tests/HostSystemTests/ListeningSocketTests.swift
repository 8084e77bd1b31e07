import Glibc
import HostSystem
import NetworkLab
import Testing

@Suite("A socket that is bound")
struct ListeningSocketTests {
    private static func bind(_ host: String, _ port: UInt16 = 0) throws -> ListeningSocket {
        try ListeningSocket.open(host: host, port: port)
    }

    private static func failure(_ body: () throws(ListenFailure) -> ListeningSocket) -> ListenFailure? {
        do throws(ListenFailure) {
            close(try body().descriptor)
            return nil
        } catch { return error }
    }

    @Test("has the address that it was given, and the port that it got", arguments: ["127.0.0.1", "::1", "localhost"])
    func internet(host: String) throws {
        let socket = try Self.bind(host)
        defer { close(socket.descriptor) }
        guard case .internet(let bound, let port) = socket.address else {
            Issue.record("\(socket.address)")
            return
        }
        #expect(host == "localhost" ? ["127.0.0.1", "::1"].contains(bound) : bound == host)
        #expect(port > 0)
    }

    @Test("to no host is every address, by IPv6 and IPv4")
    func everywhere() async throws {
        let socket = try Self.bind("")
        defer { close(socket.descriptor) }
        guard case .internet("::", let port) = socket.address else {
            Issue.record("\(socket.address)")
            return
        }
        for host in ["127.0.0.1", "::1"] {
            let client = try LabProcess("bash", ["-c", "exec 3<>/dev/tcp/\(host)/\(port)"])
            #expect(try await client.waitForEnd() == .exited(0), "\(host): \(client.standardError)")
        }
    }

    @Test("is closed with a program that is started")
    func closed() throws {
        let socket = try Self.bind("127.0.0.1")
        defer { close(socket.descriptor) }
        #expect(fcntl(socket.descriptor, F_GETFD) == FD_CLOEXEC)
    }

    @Test("cannot be where another one listens, on a machine that is not this one, or under a name that is none")
    func refused() throws {
        let socket = try Self.bind("127.0.0.1")
        defer { close(socket.descriptor) }
        guard case .internet(_, let port) = socket.address else { return }
        let taken = Self.failure { () throws(ListenFailure) in try .open(host: "127.0.0.1", port: port) }
        #expect(taken?.description == "Address already in use")
        let elsewhere = Self.failure { () throws(ListenFailure) in try .open(host: "192.0.2.1", port: 0) }
        #expect(elsewhere?.description == "Cannot assign requested address")
        let unknown = Self.failure { () throws(ListenFailure) in try .open(host: "name.invalid", port: 0) }
        #expect(unknown?.description.hasPrefix("the name name.invalid cannot be resolved (") == true)
    }

    @Test("of Unix takes the place of a dead one, and of nothing else")
    func unix() throws {
        let folder = try LabFolder()
        let path = "\(folder.path)/a.sock"
        let first = try ListeningSocket.open(path: path)
        #expect(first.address == .unix(path: path))
        let occupied = Self.failure { () throws(ListenFailure) in try .open(path: path) }
        #expect(occupied == .occupied("somebody listens there already"))
        close(first.descriptor)
        #expect(access(path, F_OK) == 0)
        let second = try ListeningSocket.open(path: path)
        // The first one is late, and its file is not there any more.
        #expect(first.file?.remove() == nil && access(path, F_OK) == 0)
        #expect(second.file?.remove() == nil && access(path, F_OK) != 0)
        close(second.descriptor)
        let file = try LabFile("text")
        let other = Self.failure { () throws(ListenFailure) in try .open(path: file.path) }
        #expect(other == .occupied("there is a file that is no socket"))
        let long = "/" + String(repeating: "a", count: 107)
        let failure = Self.failure { () throws(ListenFailure) in try .open(path: long) }
        #expect(failure?.description == "File name too long")
        let nowhere = Self.failure { () throws(ListenFailure) in try .open(path: "/nonexistent/a.sock") }
        #expect(nowhere?.description == "No such file or directory")
    }

    @Test("of Unix leaves a live one alone that takes no clients, or other ones", arguments: ["STREAM", "DGRAM"])
    func live(kind: String) async throws {
        let folder = try LabFolder()
        let path = "\(folder.path)/b.sock"
        let other = try LabProcess("python3", ["-c", Self.other, path, kind])
        try await other.waitForLine(containing: "full")
        let failure = Self.failure { () throws(ListenFailure) in try .open(path: path) }
        let reason = kind == "STREAM" ? "somebody listens there already" : "there is a socket of another kind"
        #expect(failure == .occupied(reason))
        #expect(access(path, F_OK) == 0)
        try other.signal(SIGKILL)
    }

    /// Has a socket, of which nobody accepts, and fills its backlog.
    private static let other = """
        import socket, sys, time
        kind = getattr(socket, "SOCK_" + sys.argv[2])
        one = socket.socket(socket.AF_UNIX, kind)
        one.bind(sys.argv[1])
        clients = []
        if kind == socket.SOCK_STREAM:
            one.listen(0)
            while True:
                client = socket.socket(socket.AF_UNIX)
                client.setblocking(False)
                if client.connect_ex(sys.argv[1]) != 0:
                    break
                clients.append(client)
        print("full", flush=True)
        time.sleep(60)
        """
}
