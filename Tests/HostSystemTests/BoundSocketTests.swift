import Glibc
import HostSystem
import NetworkLab
import Testing

@Suite("A socket that is bound")
struct BoundSocketTests {
    private static func bind(_ host: String, _ port: UInt16 = 0) throws -> BoundSocket {
        try BoundSocket.bind(host: host, port: port)
    }

    private static func failure(_ body: () throws(BindFailure) -> BoundSocket) -> BindFailure? {
        do throws(BindFailure) {
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
        #expect(listen(socket.descriptor, 8) == 0)
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
        #expect(listen(socket.descriptor, 8) == 0)
        let taken = Self.failure { () throws(BindFailure) in try .bind(host: "127.0.0.1", port: port) }
        #expect(taken?.description == "Address already in use")
        let elsewhere = Self.failure { () throws(BindFailure) in try .bind(host: "192.0.2.1", port: 0) }
        #expect(elsewhere?.description == "Cannot assign requested address")
        let unknown = Self.failure { () throws(BindFailure) in try .bind(host: "name.invalid", port: 0) }
        #expect(unknown?.description.hasPrefix("the name name.invalid cannot be resolved (") == true)
    }

    @Test("of Unix takes the place of a dead one, and of nothing else")
    func unix() throws {
        let folder = try LabFolder()
        let path = "\(folder.path)/a.sock"
        let first = try BoundSocket.bind(path: path)
        #expect(first.address == .unix(path: path))
        #expect(listen(first.descriptor, 8) == 0)
        let occupied = Self.failure { () throws(BindFailure) in try .bind(path: path) }
        #expect(occupied == .occupied("somebody listens there already"))
        close(first.descriptor)
        #expect(access(path, F_OK) == 0)
        let second = try BoundSocket.bind(path: path)
        close(second.descriptor)
        BoundSocket.removeFile(path)
        let file = try LabFile("text")
        let other = Self.failure { () throws(BindFailure) in try .bind(path: file.path) }
        #expect(other == .occupied("there is a file that is no socket"))
        let long = "/" + String(repeating: "a", count: 107)
        let failure = Self.failure { () throws(BindFailure) in try .bind(path: long) }
        #expect(failure?.description == "File name too long")
        let nowhere = Self.failure { () throws(BindFailure) in try .bind(path: "/nonexistent/a.sock") }
        #expect(nowhere?.description == "No such file or directory")
    }
}
