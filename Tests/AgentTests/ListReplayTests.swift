import NetworkLab
import SockDiagTestKit
import Testing

@Suite("The command list, with a capture")
struct ListReplayTests {
    @Test("shows its sockets, and chooses by port and state")
    func good() async throws {
        let file = try LabFile.capture(sockets: 4)
        let all = try await Program.run("list", "--replay", file.path)
        #expect(all.status == 0 && all.errors.isEmpty)
        #expect(all.outputLines.count { $0.hasPrefix("ESTAB") } == 3)
        #expect(all.outputLines.count { $0.hasPrefix("LISTEN") } == 1)
        let listening = try await Program.run("list", "--replay", file.path, "--state", "listen")
        #expect(listening.outputLines.count { $0.hasPrefix("ESTAB") } == 0)
        let none = try await Program.run("list", "--replay", file.path, "--port", "9000")
        #expect(none.status == 0 && !none.output.contains("127.0.0.1:8080"))
    }

    @Test("writes one JSON object with --json")
    func json() async throws {
        struct Document: Decodable {
            struct Socket: Decodable {
                var state: String
                var localPort: Int
                var cookie: UInt64
            }
            struct Port: Decodable {
                var port: Int
                var condition: String
            }
            var sockets: [Socket]
            var ports: [Port]
        }
        let file = try LabFile.capture(sockets: 3)
        let program = try await Program.run("list", "--json", "--replay", file.path)
        let document = try readJSON(program.output, as: Document.self)
        #expect(document.sockets.allSatisfy { $0.localPort == 8080 })
        #expect(document.sockets.map(\.state) == ["listen", "established", "established"])
        #expect(document.sockets.map(\.cookie).sorted() == [1, 2, 3])
        #expect(document.ports.map(\.port) == [8080] && document.ports.map(\.condition) == ["healthy"])
    }

    @Test("shows what stands before the damage, says what is damaged and exits with 2")
    func truncated() async throws {
        let bytes = LabFile.captureBytes(sockets: 4)
        // The last packet is the end of the dump, of 52 bytes.
        let file = try LabFile.holding(Array(bytes.dropLast(52 + 30)))
        let program = try await Program.run("list", "--replay", file.path)
        #expect(program.status == 2)
        #expect(program.outputLines.count { $0.hasPrefix("ESTAB") } == 2)
        #expect(program.errors.hasPrefix("sse-sockwatch: \(file.path): "))
        #expect(program.errors.split(separator: "\n").count == 1)
    }

    @Test("that cannot be read is told by its name, and the exit code is 2")
    func unreadable() async throws {
        let missing = try await Program.run("list", "--replay", "/nonexistent/c.pcap")
        #expect(missing.status == 2)
        #expect(
            missing.errors == "sse-sockwatch: /nonexistent/c.pcap: cannot read the capture: No such file or directory\n"
        )
        let folder = try await Program.run("list", "--replay", "/tmp")
        #expect(folder.status == 2 && folder.errors.hasPrefix("sse-sockwatch: /tmp: "))
        // What begins like pcapng, the format that Wireshark saves by default.
        let ng: [UInt8] =
            [0x0A, 0x0D, 0x0D, 0x0A, 0x1C, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A] + [UInt8](repeating: 0, count: 32)
        for (bytes, complaint) in [
            ([], "the file is empty"), (Array("not a capture, however long it may be".utf8), "this is not a pcap file"),
            (ng, "pcapng"),
        ] {
            let file = try LabFile.holding(bytes)
            let program = try await Program.run("list", "--replay", file.path)
            #expect(program.status == 2 && program.output.isEmpty)
            #expect(program.errors.hasPrefix("sse-sockwatch: \(file.path): ") && program.errors.contains(complaint))
        }
    }

    @Test("ends quietly when its reader goes away", arguments: ["", "--json"])
    func closedPipe(option: String) async throws {
        let file = try LabFile.capture(sockets: 5000)
        let program = try await Program.shell(
            "\"$P\" list \(option) --replay \(file.path) | head -1 >/dev/null; exit ${PIPESTATUS[0]}"
        )
        #expect(program.status == 0)
        #expect(program.errors.isEmpty)
        let closed = try await Program.shell("\"$P\" list \(option) --replay \(file.path) >&-")
        #expect(closed.status == 2)
        #expect(closed.errors == "sse-sockwatch: cannot write to standard output: Bad file descriptor\n")
    }

    @Test("shows what it has of a dump that did not come whole, says so and exits with 2")
    func unfinished() async throws {
        let whole = LabFile.captureBytes(sockets: 4)
        let file = try LabFile.holding(Array(whole.dropLast(52)))
        let program = try await Program.run("list", "--replay", file.path)
        #expect(program.status == 2)
        #expect(program.outputLines.count { $0.hasPrefix("ESTAB") } == 3)
        #expect(program.errors == "sse-sockwatch: \(file.path): a dump in the capture has no end\n")
    }

    @Test("tells the first twenty of many damages, and counts the rest")
    func hostile() async throws {
        var capture = PcapBuilder()
        for _ in 0..<10_000 { capture.append(packet: [0]) }
        let file = try LabFile.holding(capture.bytes)
        let program = try await Program.run("list", "--replay", file.path)
        #expect(program.status == 2)
        let complaints = program.errors.split(separator: "\n")
        #expect(complaints.count == 21)
        #expect(complaints.last == "sse-sockwatch: \(file.path): and 9980 more damages")
    }
}
