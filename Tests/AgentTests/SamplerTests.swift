import SockDiag
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The sampler, with a simulated kernel", .timeLimit(.minutes(1)))
struct SamplerTests {
    private static let sockets: [SocketRecord] = [.example(.listen, cookie: 1), .example(.established, cookie: 2)]

    private static func settings(_ interval: Double, port: UInt16 = 8080) -> Sampler.Settings {
        Sampler.Settings(
            source: .configured(WatchPlan(ports: [WatchedPort(port: port)])),
            interval: interval,
            processorShare: 1
        )
    }

    /// Runs a sampler that samples once at its start, and then every `interval` seconds.
    private static func withSampler(
        _ script: TableScript,
        interval: Double = 3600,
        recorder: LogRecorder = LogRecorder(),
        _ body: (Sampler) async throws -> Void
    ) async throws {
        let sampler = Sampler(settings: settings(interval), logger: recorder.logger, open: script.opening)
        let running = Task { try await sampler.run() }
        do {
            try await DemoLab.eventually("the first sample") { sampler.latest.attemptedAt.nanoseconds > 0 }
            try await body(sampler)
        } catch {
            script.release()
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    @Test("serves a fresh sample again, and takes a new one for who needs a newer")
    func freshness() async throws {
        let script = TableScript(.sockets(Self.sockets))
        try await Self.withSampler(script) { sampler in
            let first = await sampler.sample(noOlderThan: 3600, within: .seconds(10))
            #expect(first.attemptedAt == sampler.latest.attemptedAt)
            #expect(script.dumps == 1)
            let second = await sampler.sample(noOlderThan: 0, within: .seconds(10))
            #expect(second.attemptedAt > first.attemptedAt)
            #expect(script.dumps == 2)
            #expect(second.statistics.samples == 1, "only the scheduled one counts")
        }
    }

    @Test("shares one sample among all who wait")
    func sharing() async throws {
        let script = TableScript(.sockets(Self.sockets))
        try await Self.withSampler(script) { sampler in
            script.hold()
            let samples = await withTaskGroup(of: Sample.self, returning: [Sample].self) { group in
                for _ in 0..<50 { group.addTask { await sampler.sample(noOlderThan: 0, within: .seconds(30)) } }
                group.addTask {
                    try? await DemoLab.eventually("all wait") { sampler.waiting == 50 }
                    script.release()
                    return sampler.latest
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(samples.map(\.attemptedAt)).count <= 2)
            #expect(script.dumps == 2)
            #expect(sampler.waiting == 0)
        }
    }

    @Test("does not let anybody wait longer than wanted")
    func patience() async throws {
        let script = TableScript(.sockets(Self.sockets))
        try await Self.withSampler(script) { sampler in
            let before = sampler.latest.attemptedAt
            script.hold()
            let sample = await sampler.sample(noOlderThan: 0, within: .milliseconds(20))
            #expect(sample.attemptedAt == before)
            #expect(sampler.waiting == 0)
            script.release()
        }
    }

    @Test("lets go of who is cancelled, whenever that comes")
    func cancellation() async throws {
        let script = TableScript(.sockets(Self.sockets))
        try await Self.withSampler(script) { sampler in
            script.hold()
            let waiting = Task { await sampler.sample(noOlderThan: 0, within: .seconds(3600)) }
            try await DemoLab.eventually("it waits") { sampler.waiting == 1 }
            waiting.cancel()
            _ = await waiting.value
            #expect(sampler.waiting == 0)
            // Before, while and after the continuation is stored.
            for _ in 0..<2000 {
                let task = Task { await sampler.sample(noOlderThan: 0, within: .seconds(3600)) }
                await Task.yield()
                task.cancel()
                _ = await task.value
            }
            #expect(sampler.waiting == 0)
            script.release()
        }
    }

    @Test("answers all who wait when it stops, and at once afterwards")
    func stopping() async throws {
        let script = TableScript(.sockets(Self.sockets))
        let sampler = Sampler(settings: Self.settings(3600), logger: LogRecorder().logger, open: script.opening)
        let running = Task { try await sampler.run() }
        try await DemoLab.eventually("the first sample") { sampler.latest.attemptedAt.nanoseconds > 0 }
        script.hold()
        let waiting = Task { await sampler.sample(noOlderThan: 0, within: .seconds(3600)) }
        try await DemoLab.eventually("it waits") { sampler.waiting == 1 }
        running.cancel()
        script.release()
        _ = await waiting.value
        try await running.value
        _ = await sampler.sample(noOlderThan: 0, within: .seconds(3600))
        #expect(script.dumps == 2)
    }

    @Test("goes over to other settings at once")
    func adopting() async throws {
        let script = TableScript(.sockets(Self.sockets + [.example(.closeWait, port: 9000, cookie: 5)]))
        try await Self.withSampler(script) { sampler in
            sampler.adopt(Self.settings(1800, port: 9000))
            try await DemoLab.eventually("the other port") {
                sampler.latest.snapshot.ports.map(\.watched.port) == [9000]
            }
            #expect(sampler.latest.statistics.interval == 1800)
            #expect(sampler.latest.statistics.samples == 2)
        }
    }

    @Test("says once that sampling fails, and once that it works again")
    func logging() async throws {
        let script = TableScript(.sockets(Self.sockets))
        let recorder = LogRecorder()
        try await Self.withSampler(script, interval: 0.005, recorder: recorder) { sampler in
            script.answer(with: .failure(.lasting, after: []))
            try await DemoLab.eventually("it fails again and again") { sampler.latest.statistics.failures > 3 }
            #expect(sampler.latest.snapshot.ports.first?.tally[.established] == 1)
            script.answer(with: .sockets(Self.sockets))
            let good = sampler.latest.statistics.samples
            try await DemoLab.eventually("it works again") { sampler.latest.statistics.samples > good + 1 }
        }
        #expect(
            recorder.lines == [
                "error: cannot sample the kernel; the last good sample is served", "notice: sampling works again",
            ]
        )
    }
}
