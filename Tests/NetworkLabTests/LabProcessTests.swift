import Glibc
import Testing

@testable import NetworkLab

@Suite("A process of the laboratory")
struct LabProcessTests {
    @Test("gives its output, its errors and its status")
    func outputAndStatus() async throws {
        let process = try LabProcess(
            "sh",
            ["-c", "echo \"$WORD\"; echo bad >&2; exit 3"],
            environment: ["WORD": "good"]
        )
        #expect(try await process.waitForEnd() == .exited(3))
        #expect(process.standardOutput == "good\n")
        #expect(process.standardError == "bad\n")
    }

    @Test("has its own process id and can be stopped, continued and ended by signals")
    func signals() async throws {
        let process = try LabProcess("sh", ["-c", "echo $$; exec tail -f /dev/null"])
        #expect(try await process.waitForLine(containing: "\(process.identifier)") == "\(process.identifier)")
        try process.signal(SIGSTOP)
        try await eventually("it is stopped") {
            try Self.state(of: process)
        } until: {
            $0 == "T"
        }
        try process.signal(SIGCONT)
        try await eventually("it goes on") {
            try Self.state(of: process)
        } until: {
            $0 != "T"
        }
        try process.signal(SIGTERM)
        #expect(try await process.waitForEnd() == .killed(signal: SIGTERM))
        try process.signal(SIGTERM)
    }

    @Test("is killed with its last reference")
    func killedWithReference() throws {
        var process: LabProcess? = try LabProcess("tail", ["-f", "/dev/null"])
        let identifier = try #require(process?.identifier)
        #expect(kill(identifier, 0) == 0)
        process = nil
        #expect(kill(identifier, 0) == -1)
    }

    @Test("inherits no descriptor")
    func inheritsNothing() async throws {
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        let process = try LabProcess("sh", ["-c", "ls /proc/$$/fd"])
        try await process.waitForEnd()
        #expect(process.standardOutput == "0\n1\n2\n")
    }

    @Test("that does not exist is an error at once")
    func missingProgram() {
        let failure = #expect(throws: LabError.self) { try LabProcess("no-such-program") }
        #expect(failure?.description == "start no-such-program: No such file or directory")
    }

    @Test("is waited for until it has written the whole line")
    func lineInPieces() async throws {
        let process = try LabProcess("sh", ["-c", "printf 'port '; sleep 0.3; echo 80; exec tail -f /dev/null"])
        #expect(try await process.waitForLine(containing: "port") == "port 80")
    }

    @Test("that ends without the awaited line is an error with what it said")
    func endsWithoutLine() async {
        let failure = await #expect(throws: LabError.self) {
            try await LabProcess("sh", ["-c", "echo why >&2; exit 1"]).waitForLine(containing: "ready")
        }
        #expect(failure?.description.hasSuffix("no line with \"ready\"; exit status 1: why") == true)
    }

    @Test("runs inside the namespace", .networkNamespaces)
    func runsInside() throws {
        let namespace = try LabNamespace()
        let listener = try namespace.listen()
        #expect(try namespace.run("ss", "-Htln").contains("\(listener.local)"))
    }

    private static func state(of process: LabProcess) throws -> String {
        try Command.run("ps", "-o", "state=", "-p", "\(process.identifier)").trimmedEnd
    }
}
