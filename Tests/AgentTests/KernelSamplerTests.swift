import SockDiag
import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("A sample, with a simulated kernel")
struct KernelSamplerTests {
    private static let healthy: [SocketRecord] = [
        .example(.listen, cookie: 1), .example(.established, cookie: 2), .example(.established, cookie: 3),
    ]
    private static let source = WatchSource.configured(WatchPlan(ports: [WatchedPort(port: 8080)]))

    private static func established(_ sample: Sample) -> Int? { sample.snapshot.ports.first?.tally[.established] }

    @Test("counts the sockets of the watched ports")
    func good() {
        let script = TableScript(.sockets(Self.healthy + [.example(.established, port: 9, cookie: 9)]))
        var sampler = KernelSampler(open: script.opening)
        let sample = sampler.sample(.scheduled, Self.source)
        #expect(sample.failure == nil)
        #expect(Self.established(sample) == 2)
        #expect(sample.snapshot.ports.first?.tally.listeners == 1)
        #expect(sample.statistics.samples == 1)
        #expect(sample.statistics.durations.count == 1)
        #expect(sample.sampledAt != nil && sample.statistics.lastGood == sample.sampledAt)
    }

    @Test("that a scrape asks for makes no port go, nor its counters")
    func scrapeKeepsPorts() throws {
        let leak = SocketRecord.example(.closeWait, cookie: 5)
        let script = TableScript(.sockets(Self.healthy + [leak]))
        var sampler = KernelSampler(open: script.opening)
        let everything = WatchSource.everyListener(ConditionThresholds())
        _ = sampler.sample(.scheduled, everything)
        script.answer(with: .sockets([]))
        let scraped = sampler.sample(.onDemand, everything)
        #expect(scraped.snapshot.ports.map(\.condition) == [.noListener])
        script.answer(with: .sockets(Self.healthy))
        let port = try #require(sampler.sample(.scheduled, everything).snapshot.ports.first)
        #expect(port.closeWait.entered == 1 && port.closeWait.left == 1)
    }

    @Test("that breaks is begun again twice")
    func retries() {
        let broken = TableScript.Answer.failure(.ofTheMoment, after: Self.healthy)
        let script = TableScript(broken, broken, .sockets(Self.healthy))
        var sampler = KernelSampler(open: script.opening)
        let sample = sampler.sample(.scheduled, Self.source)
        #expect(sample.failure == nil)
        #expect(Self.established(sample) == 2, "what was seen before it broke does not count")
        #expect(sample.statistics.retries == 2)
        #expect(sample.statistics.samples == 1 && sample.statistics.failures == 0)
        #expect(script.dumps == 3 && script.opened == 1)
    }

    @Test("that breaks a third time has failed, and the last good one is served")
    func failing() {
        let script = TableScript(.sockets(Self.healthy))
        var sampler = KernelSampler(open: script.opening)
        sampler.setInterval(3600)
        let good = sampler.sample(.scheduled, Self.source)
        let many = (10..<20).map { SocketRecord.example(.closeWait, cookie: $0) }
        script.answer(with: .failure(.ofTheMoment, after: many))
        let failed = sampler.sample(.scheduled, Self.source)
        #expect(failed.failure == "simulated: the table changed")
        #expect(Self.established(failed) == 2)
        #expect(failed.snapshot.ports.first?.tally[.closeWait] == 0)
        #expect(failed.snapshot.ports.first?.closeWait.entered == 0)
        #expect(failed.sampledAt == good.sampledAt)
        #expect(failed.attemptedAt > good.attemptedAt)
        #expect(failed.statistics.retries == 2)
        #expect(failed.statistics.samples == 1 && failed.statistics.failures == 1)
        #expect(failed.statistics.lastGood == good.statistics.lastGood)
    }

    @Test("that fails is served as the last good one, and what that does not tell is still said")
    func failingShortcoming() {
        let script = TableScript(.sockets(Self.healthy), shortcoming: "no heartbeats")
        var sampler = KernelSampler(open: script.opening)
        sampler.setInterval(3600)
        #expect(sampler.sample(.scheduled, Self.source).shortcoming == "no heartbeats")
        script.answer(with: .failure(.lasting, after: []))
        for _ in 0..<2 {
            let failed = sampler.sample(.scheduled, Self.source)
            #expect(failed.failure != nil && Self.established(failed) == 2)
            #expect(failed.shortcoming == "no heartbeats")
            script.refuseToOpen(.lasting)
        }
    }

    @Test("that cannot succeed is not tried again, and the next one gets a new socket")
    func lasting() {
        let script = TableScript(.failure(.lasting, after: []), .sockets(Self.healthy))
        var sampler = KernelSampler(open: script.opening)
        #expect(sampler.sample(.scheduled, Self.source).failure == "simulated: nonsense")
        #expect(script.dumps == 1 && script.opened == 1)
        let next = sampler.sample(.scheduled, Self.source)
        #expect(next.failure == nil && Self.established(next) == 2)
        #expect(script.opened == 2)
        #expect(next.statistics.retries == 0)
    }

    @Test("that broke after a long time is not begun again, for others wait, and the next one gets a new socket")
    func slow() {
        let script = TableScript(.failure(.ofTheMoment, after: []), .sockets(Self.healthy))
        var sampler = KernelSampler(open: script.opening)
        sampler.patience = 0
        #expect(sampler.sample(.scheduled, Self.source).failure == "simulated: the table changed")
        #expect(script.dumps == 1 && script.opened == 1)
        #expect(sampler.sample(.scheduled, Self.source).failure == nil)
        #expect(script.opened == 2)
    }

    @Test("fails when there is no socket to be had, and is good as soon as there is")
    func unopened() {
        let script = TableScript(.sockets(Self.healthy))
        script.refuseToOpen(.lasting, .lasting)
        var sampler = KernelSampler(open: script.opening)
        for _ in 0..<2 {
            let sample = sampler.sample(.scheduled, Self.source)
            #expect(sample.failure != nil && sample.sampledAt == nil && sample.snapshot.sampledAt == nil)
        }
        let good = sampler.sample(.scheduled, Self.source)
        #expect(good.failure == nil)
        #expect(good.statistics.failures == 2 && good.statistics.samples == 1)
    }

    @Test("that failed for too long leaves the ports unknown")
    func stale() {
        let script = TableScript(.sockets(Self.healthy), .failure(.lasting, after: []))
        var sampler = KernelSampler(open: script.opening)
        sampler.setInterval(0.01)
        #expect(sampler.sample(.scheduled, Self.source).snapshot.ports.first?.condition == .healthy)
        let deadline = ContinuousClock.now + .seconds(10)
        var condition: PortCondition?
        repeat {
            condition = sampler.sample(.scheduled, Self.source).snapshot.ports.first?.condition
        } while condition != .unknown && ContinuousClock.now < deadline
        #expect(condition == .unknown)
        script.answer(with: .sockets(Self.healthy))
        #expect(sampler.sample(.scheduled, Self.source).snapshot.ports.first?.condition == .healthy)
    }

    @Test("for a scrape is as good, and counts as nothing")
    func onDemand() {
        let script = TableScript(.sockets(Self.healthy + [.example(.closeWait, cookie: 4)]))
        var sampler = KernelSampler(open: script.opening)
        let asked = sampler.sample(.onDemand, Self.source)
        #expect(asked.snapshot.ports.first?.tally[.closeWait] == 1)
        #expect(asked.snapshot.ports.first?.closeWait.entered == 0)
        #expect(asked.statistics.samples == 0 && asked.statistics.durations.count == 0)
        #expect(asked.statistics.lastGood == nil && asked.sampledAt != nil)
        script.answer(with: .failure(.lasting, after: []))
        #expect(sampler.sample(.onDemand, Self.source).statistics.failures == 0)
    }

    @Test("without configured ports watches those that are listened on, and those that still have connections")
    func everyListener() {
        let source = WatchSource.everyListener(ConditionThresholds())
        let other = SocketRecord.example(.listen, port: 9000, cookie: 5)
        let script = TableScript(.sockets(Self.healthy + [other]))
        var sampler = KernelSampler(open: script.opening)
        func ports(_ sample: Sample) -> [UInt16] { sample.snapshot.ports.map(\.watched.port) }
        #expect(ports(sampler.sample(.scheduled, source)) == [8080, 9000])
        script.answer(with: .sockets([.example(.closeWait, cookie: 2)]))
        #expect(ports(sampler.sample(.scheduled, source)) == [8080])
        script.answer(with: .sockets([]))
        // The connection of the last sample is gone, which takes one more sample to see.
        #expect(ports(sampler.sample(.scheduled, source)) == [8080])
        #expect(ports(sampler.sample(.scheduled, source)).isEmpty)
    }
}

@Suite("A look at the listeners between samples", .timeLimit(.minutes(1)))
struct ListenerLookTests {
    private static func queue(_ waiting: UInt32) -> SocketRecord {
        var record = SocketRecord.example(.listen)
        record.receiveQueue = waiting
        return record
    }

    private static let source = WatchSource.configured(WatchPlan(ports: [WatchedPort(port: 8080)]))

    @Test("tells how full an accept queue was that a sample finds empty, and asks for listeners alone")
    func peak() {
        let script = TableScript(.sockets([Self.queue(0)]))
        var sampler = KernelSampler(open: script.opening)
        sampler.lookAtListeners()
        #expect(script.looksAtListeners == 0, "nothing is watched before the first sample")
        _ = sampler.sample(.scheduled, Self.source)
        script.answer(with: .sockets([Self.queue(127), .example(.established, cookie: 9)]))
        sampler.lookAtListeners()
        #expect(script.looksAtListeners == 1 && script.dumps == 1)
        script.answer(with: .sockets([Self.queue(0)]))
        let port = sampler.sample(.onDemand, Self.source).snapshot.ports.first
        #expect(port?.acceptQueuePeak.waiting == 127 && port?.tally.acceptQueue == 0)
        #expect(port?.condition == .backlogged)
    }

    @Test("that fails changes nothing, and the next one is good")
    func failure() {
        let script = TableScript(.sockets([Self.queue(0)]))
        var sampler = KernelSampler(open: script.opening)
        _ = sampler.sample(.scheduled, Self.source)
        script.answer(with: .failure(.lasting, after: []))
        sampler.lookAtListeners()
        script.answer(with: .sockets([Self.queue(127)]))
        sampler.lookAtListeners()
        script.answer(with: .sockets([Self.queue(0)]))
        let sample = sampler.sample(.scheduled, Self.source)
        #expect(sample.failure == nil && sample.statistics.samples == 2 && sample.statistics.failures == 0)
        #expect(sample.snapshot.ports.first?.acceptQueuePeak.waiting == 127)
    }

    @Test("is taken again and again while no sample is due")
    func cadence() async throws {
        let script = TableScript(.sockets([Self.queue(0)]))
        let settings = Sampler.Settings(source: Self.source, interval: 3600, processorShare: 1)
        let sampler = Sampler(settings: settings, logger: LogRecorder().logger, open: script.opening)
        let running = Task { try await sampler.run() }
        defer { running.cancel() }
        try await DemoLab.eventually("two looks") { script.looksAtListeners >= 2 }
        #expect(script.dumps == 1)
    }
}
