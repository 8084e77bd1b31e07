import Glibc
import NetworkLab
import SockDiag
import Testing

@Suite("An agent of an ordinary user", .networkNamespaces)
struct OrdinaryUserTests {
    @Test("sees what root's sees, and says which names it cannot have", .server(.leakThread))
    func same() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.leakThread.start(in: namespace)
        let root = try await RunningAgent.watching(server.port, in: namespace)
        let file = try LabFile(RunningAgent.shortWindows)
        #expect(chmod(file.path, 0o644) == 0)
        let process = try LabProcess(
            "setpriv",
            [
                "--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs", "--bounding-set=-all",
                BuiltProgram.path, "run", "--web.listen-address", "127.0.0.1:0", "--config.file", file.path, "--port",
                "\(server.port)",
            ],
            in: namespace
        )
        let line = try await process.waitForLine(containing: "url=", in: .errors)
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let user = RunningAgent(
            process: process,
            namespace: namespace,
            endpoint: Endpoint("127.0.0.1", port),
            configuration: file
        )

        let staying = try LabServer.leakThread.visit(at: server.endpoint, in: namespace)
        for _ in 0..<4 { try LabServer.leakThread.visit(at: server.endpoint, in: namespace).close() }
        for agent in [root, user] {
            let reading = try await eventually("four are stuck", every: .milliseconds(100)) {
                try agent.reading(of: server.port)
            } until: {
                $0.stuckUnclosed == 4
            }
            #expect(reading.states == [.closeWait: 4, .established: 1])
            let scrape = try agent.scrape()
            for collector in ["sockets", "events"] {
                #expect(scrape.value("scrape_collector_success", ["collector": collector]) == 1, "\(collector)")
            }
            let label = ["port": "\(server.port)"]
            #expect(scrape.value("tcp_connections_opened_total", label).map { $0 >= 4 } == true)
            // What tcp_info alone tells.
            #expect(scrape.value("tcp_blind_sockets", label) == 1)
        }

        try server.process.signal(SIGKILL)
        for agent in [root, user] {
            try await eventually("all ends were heard", every: .milliseconds(100)) {
                try agent.scrape().value("tcp_connections_closed_total", ["port": "\(server.port)"])
            } until: {
                $0 == 5
            }
        }
        staying.close()
        #expect(!user.process.standardError.contains("level=warn"), "\(user.process.standardError)")
    }

    @Test("says of other users' processes that it may not look into them, and what it takes", .server(.hold))
    func names() async throws {
        let namespace = try LabNamespace()
        let server = try await LabServer.hold.start(in: namespace)
        let list = try LabProcess(
            "setpriv",
            [
                "--reuid", "65534", "--clear-groups", BuiltProgram.path, "list", "--port", "\(server.port)",
                "--processes",
            ],
            in: namespace
        )
        #expect(try await list.waitForEnd() == .exited(0))
        #expect(list.standardOutput.contains("LISTEN"))
        #expect(list.standardError.contains("processes of other users could not be looked into; run as root"))
    }
}
