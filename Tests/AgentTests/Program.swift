import Glibc
import NetworkLab
import SockDiagTestKit
import Testing

/// The built program, run to its end.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    var outputLines: [Substring] { output.split(separator: "\n") }

    static func run(_ arguments: String...) async throws -> Program {
        try await run(arguments)
    }

    static func run(_ arguments: [String]) async throws -> Program {
        try await run(BuiltProgram.path, arguments)
    }

    /// Runs a line of the shell in which `$P` is the program.
    static func shell(_ line: String) async throws -> Program {
        try await run("bash", ["-c", line], environment: ["P": BuiltProgram.path])
    }

    private static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> Program {
        let process = try LabProcess(program, arguments, environment: environment)
        let ending = try await process.waitForEnd(within: .seconds(20))
        guard case .exited(let status) = ending else {
            throw Crash(description: "\(process.commandLine): \(ending): \(process.standardError)")
        }
        return Program(status: status, output: process.standardOutput, errors: process.standardError)
    }

    struct Crash: Error, CustomStringConvertible {
        let description: String
    }
}

extension LabFile {
    /// Puts these bytes in place of what is there.
    func replace(with bytes: [UInt8]) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    static func holding(_ bytes: [UInt8]) throws -> LabFile {
        let file = try LabFile()
        try file.replace(with: bytes)
        return file
    }

    /// A capture of connections to port 8080, one datagram each, and the end of the dump.
    static func capture(sockets: Int) throws -> LabFile { try holding(captureBytes(sockets: sockets)) }

    static func captureBytes(sockets: Int) -> [UInt8] {
        var capture = PcapBuilder()
        for number in 0..<sockets {
            var message = MessageBuilder()
            message.cookie = UInt64(number + 1)
            message.state = number == 0 ? 10 : 1
            message.remotePort = UInt16(truncatingIfNeeded: 20_000 + number)
            capture.append(datagram: message.bytes)
        }
        capture.append(datagram: NetlinkBytes.done())
        return capture.bytes
    }
}
