import NIOCore
import NIOPosix
import Testing

@testable import sse_sockwatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the tests of the demo server share.
enum DemoLab {
    static var group: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    /// Runs the body against a server, and stops the server whatever happens.
    static func withServer(
        faults: DemoFaults = DemoFaults(),
        heartbeatInterval: Duration = .milliseconds(20),
        eventInterval: Duration = .milliseconds(50),
        leakLimit: Int = 256,
        _ body: (DemoServer) async throws -> Void
    ) async throws {
        let server = try await DemoServer.start(
            faults: faults,
            heartbeatInterval: heartbeatInterval,
            eventInterval: eventInterval,
            leakLimit: leakLimit,
            group: group
        )
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Asks again and again until the fact holds; after the deadline the test has failed.
    static func eventually(
        _ what: Comment,
        within limit: Duration = .seconds(10),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ fact: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await fact() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Overdue(what: what, sourceLocation: sourceLocation)
    }

    struct Overdue: Error, CustomStringConvertible {
        var what: Comment
        var sourceLocation: SourceLocation
        var description: String { "not within its time: \(what) (line \(sourceLocation.line))" }
    }
}

/// A line of /proc/net/tcp.
struct DemoKernelSocket {
    enum State { static let established = 1, closeWait = 8, listen = 10 }

    var localPort: Int
    var state: Int
    /// Unread bytes; of a listener the connections that wait to be accepted.
    var receiveQueue: Int
    /// Bytes that the other side has not taken.
    var sendQueue: Int

    static func all(port: Int) throws -> [DemoKernelSocket] {
        let file = try #require(fopen("/proc/net/tcp", "r"))
        defer { fclose(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { text += piece[..<count] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().compactMap(Self.init)
            .filter { $0.localPort == port }
    }

    static func count(port: Int, state: Int) throws -> Int { try all(port: port).count { $0.state == state } }

    private init?(line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count > 4,
            let port = fields[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) }),
            let state = Int(fields[3], radix: 16)
        else { return nil }
        let queues = fields[4].split(separator: ":").compactMap { Int($0, radix: 16) }
        guard queues.count == 2 else { return nil }
        (localPort, self.state, sendQueue, receiveQueue) = (port, state, queues[0], queues[1])
    }
}
