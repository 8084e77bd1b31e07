import Companion
import NIOCore
import NIOPosix
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The companions' poller", .timeLimit(.minutes(1)))
struct CompanionPollerTests {
    private static func target(_ server: DemoServer, id: String = "8080") throws -> CompanionTarget {
        let authority = DemoServer.authority(host: server.host, port: server.controlPort)
        return try CompanionTarget(id: id, url: CompanionURL("http://\(authority)/metrics"))
    }

    /// Nothing listens there.
    private static func deadTarget(id: String = "8080") async throws -> CompanionTarget {
        let server = try await DemoServer.start(faults: DemoFaults(), group: DemoLab.group)
        let target = try target(server, id: id)
        await server.stop()
        return target
    }

    private static func withPoller(
        _ targets: [CompanionTarget],
        interval: Double = 3600,
        recorder: LogRecorder = LogRecorder(),
        _ body: (CompanionPoller) async throws -> Void
    ) async throws {
        let poller = CompanionPoller(
            settings: CompanionPoller.Settings(targets: targets, interval: interval),
            logger: recorder.logger
        )
        let running = Task { try await poller.run() }
        do {
            try await DemoLab.eventually("the first outcomes") { poller.latest.pending == 0 }
            try await body(poller)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    @Test("reads the servers once in an interval, however often its outcome is looked at")
    func reading() async throws {
        try await DemoLab.withServer { server in
            try await Self.withPoller([Self.target(server)]) { poller in
                let round = poller.latest
                #expect(round.outcomes["8080"]?.isUp == true)
                #expect(round.outcomes["8080"]?.reading?.activeConnections == 0)
                #expect(round.duration > 0)
                for _ in 0..<100 { #expect(poller.latest.endedAt == round.endedAt) }
            }
        }
    }

    @Test("goes over to other servers at once, and forgets those that go")
    func adopting() async throws {
        let dead = try await Self.deadTarget(id: "9000")
        try await DemoLab.withServer { server in
            let first = try Self.target(server)
            try await Self.withPoller([first]) { poller in
                await poller.adopt(CompanionPoller.Settings(targets: [dead], interval: 1800))
                #expect(poller.latest.outcomes["8080"] == nil)
                try await DemoLab.eventually("the other") { poller.latest.outcomes["9000"]?.isUp == false }
                #expect(poller.latest.outcomes.count == 1)
            }
        }
    }

    @Test("keeps what it knows of a server that stays, and nothing of one that has another address")
    func keeping() async throws {
        let dead = try await Self.deadTarget(id: "9000")
        try await DemoLab.withServer { server in
            let stays = try Self.target(server)
            let moves = try Self.target(server, id: "9000")
            try await Self.withPoller([stays, moves]) { poller in
                let before = poller.latest.endedAt
                await poller.adopt(CompanionPoller.Settings(targets: [stays, dead], interval: 3600))
                #expect(poller.latest.outcomes["8080"]?.isUp == true)
                #expect(poller.latest.endedAt != before || poller.latest.outcomes["9000"] == nil)
                try await DemoLab.eventually("the new address") { poller.latest.outcomes["9000"]?.isUp == false }
            }
        }
    }

    @Test("says once that a server does not answer, and once that it does again")
    func logging() async throws {
        let recorder = LogRecorder()
        let server = try await DemoServer.start(faults: DemoFaults(), group: DemoLab.group)
        let target = try Self.target(server)
        try await Self.withPoller([target], interval: 0.005, recorder: recorder) { poller in
            #expect(recorder.lines.isEmpty)
            await server.stop()
            try await DemoLab.eventually("it is down") { poller.latest.outcomes["8080"]?.isUp == false }
            for _ in 0..<3 {
                let last = poller.latest.endedAt
                try await DemoLab.eventually("one more round") { poller.latest.endedAt != last }
            }
            let again = try await DemoServer.start(
                controlPort: server.controlPort,
                faults: DemoFaults(),
                group: DemoLab.group
            )
            do {
                try await DemoLab.eventually("it is up") { poller.latest.outcomes["8080"]?.isUp == true }
                try await DemoLab.eventually("it says so") { recorder.lines.count == 2 }
            } catch {
                await again.stop()
                throw error
            }
            await again.stop()
        }
        #expect(
            recorder.lines.prefix(2) == [
                "warning: cannot read the server's own numbers", "notice: the server's own numbers can be read again",
            ]
        )
    }

    @Test("a server that hangs does not hold up the others, nor the end")
    func hanging() async throws {
        let silent = try await ServerBootstrap(group: DemoLab.group).bind(host: "127.0.0.1", port: 0).get()
        let url = try CompanionURL("http://127.0.0.1:\(silent.localAddress?.port ?? 0)/")
        let hanging = try CompanionTarget(id: "9000", url: url, timeout: .seconds(50))
        try await DemoLab.withServer { server in
            let settings = CompanionPoller.Settings(targets: [hanging, try Self.target(server)], interval: 0.005)
            let poller = CompanionPoller(settings: settings, logger: LogRecorder().logger)
            #expect(poller.latest.pending == 2 && !poller.latest.isGood)
            let start = ContinuousClock.now
            let running = Task { try await poller.run() }
            do {
                for _ in 0..<3 {
                    let last = poller.latest.endedAt
                    try await DemoLab.eventually("one more answer") { poller.latest.endedAt != last }
                }
            } catch {
                running.cancel()
                throw error
            }
            #expect(poller.latest.outcomes["8080"]?.isUp == true)
            #expect(poller.latest.outcomes["9000"] == nil)
            #expect(poller.latest.pending == 1 && !poller.latest.isGood)
            running.cancel()
            try await running.value
            #expect(ContinuousClock.now - start < .seconds(30))
        }
        try await silent.close()
    }

    @Test("an outcome that nothing followed for two intervals and a timeout is not repeated: the server is down")
    func stale() async throws {
        try await DemoLab.withServer { server in
            try await Self.withPoller([Self.target(server)], interval: 100) { poller in
                let end = try #require(poller.latest.endedAt)
                #expect(poller.latest(at: end.advanced(by: 201)).isGood)
                let later = poller.latest(at: end.advanced(by: 203))
                #expect(later.outcomes["8080"]?.failure?.code == .timedOut)
                #expect(later.outcomes["8080"]?.reading == nil)
                #expect(!later.isGood)
            }
        }
    }

    @Test("ends at once, also in the middle of its pause")
    func ending() async throws {
        let start = ContinuousClock.now
        try await Self.withPoller([Self.deadTarget()]) { _ in }
        try await Self.withPoller([]) { _ in }
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
