import Glibc
import HostSystem
import NetworkLab
import SockDiag

/// A Python server that begins workers with `fork()`, which share its listener. Each worker accepts one connection of
/// its own and holds it.
struct PreforkServer {
    let process: LabProcess
    let workers: [Int32]
    let port: UInt16

    private static let program = """
        import os, signal, socket, sys, time
        listener = socket.create_server((sys.argv[1], 0))
        ready, told = os.pipe()
        workers = []
        for number in range(int(sys.argv[2])):
            worker = os.fork()
            if worker == 0:
                connection, _ = listener.accept()
                os.write(told, b"x")
                time.sleep(60)
                os._exit(0)
            workers.append(worker)
        print("workers", listener.getsockname()[1], *workers, flush=True)
        for number in workers: os.read(ready, 1)
        print("accepted", flush=True)
        def end(*_):
            for worker in workers: os.kill(worker, signal.SIGKILL); os.waitpid(worker, 0)
            os._exit(0)
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        time.sleep(60)
        end()
        """

    init(at address: String, workers count: Int) async throws {
        process = try LabProcess("python3", ["-c", Self.program, address, "\(count)"])
        let words = try await process.waitForLine(containing: "workers").split(separator: " ").dropFirst()
        guard let first = words.first, let port = UInt16(first) else { throw LabError("no port in \(words)") }
        self.port = port
        workers = words.dropFirst().compactMap { Int32($0) }
    }

    func end() async throws {
        try process.signal(SIGTERM)
        try await process.waitForEnd()
    }

    /// The server's sockets: the listener and the accepted connections.
    func sockets() throws -> (listener: SocketRecord?, accepted: [SocketRecord]) {
        var dumper = try SocketDumper()
        var records: [SocketRecord] = []
        try dumper.dump(SocketQuery(filter: PortFilter(local: PortSet([port])))) { records.append(copy $0) }
        return (records.first { $0.state == .listen }, records.filter { $0.state == .established && $0.inode != 0 })
    }
}

/// Connects to the server from this process.
func connect(to address: String, _ port: UInt16) throws -> Int32 {
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &target.sin_addr)
    let result = withUnsafeBytes(of: &target) { bytes in
        bytes.withMemoryRebound(to: sockaddr.self) { Glibc.connect(client, $0.baseAddress, socklen_t(bytes.count)) }
    }
    guard result == 0 else {
        close(client)
        throw LabError("connect to \(address):\(port): errno \(errno)")
    }
    return client
}
