import NetworkLab
import Testing

@Suite("The names of processes", .networkNamespaces)
struct ProcessNameTests {
    /// Names itself as a terminal's command for red, and listens.
    private static let program = """
        import socket, time
        open("/proc/self/comm", "w").write("a\\x1b[31mb")
        listener = socket.create_server(("127.0.0.1", 0))
        print("listening", listener.getsockname()[1], flush=True)
        time.sleep(600)
        """

    @Test("cannot command a terminal")
    func control() async throws {
        let namespace = try LabNamespace()
        let server = try LabProcess("python3", ["-c", Self.program], in: namespace)
        let port = try await server.listeningPort()
        let list = try LabProcess(BuiltProgram.path, ["list", "--port", "\(port)", "--processes"], in: namespace)
        #expect(try await list.waitForEnd() == .exited(0))
        #expect(list.standardOutput.contains("a?[31mb(pid=\(server.identifier),fd="), "\(list.standardOutput)")
        #expect(!list.standardOutput.contains("\u{1B}"))
    }
}
