import SockWatch
import Testing

@testable import sse_sockwatch

@Suite("The schedule of samples")
struct SamplingScheduleTests {
    /// A schedule, told of one piece of work after the other by a clock that stands still in between.
    private struct Run {
        var schedule: SamplingSchedule
        private var used = SamplingSchedule.Used()

        init(interval: Double, share: Double) {
            schedule = SamplingSchedule(interval: interval, share: share, at: .second(0))
        }

        /// Does what is due, which costs so many processor seconds and no time.
        mutating func step(at seconds: Double, isAsked: Bool = false, cost: Double = 0.001) -> SamplingSchedule.Work? {
            guard let work = schedule.work(at: .second(seconds), isAsked: isAsked) else { return nil }
            used.sampling += cost
            used.all += cost
            schedule.note(work, from: .second(seconds), to: .second(seconds), used: used)
            return work
        }
    }

    @Test("has a sample at its start and then at each interval, and looks at listeners every second in between")
    func cadence() {
        var run = Run(interval: 5, share: 0.02)
        var seen: [SamplingSchedule.Work?] = []
        for tenth in 0..<70 { seen.append(run.step(at: Double(tenth) / 10)) }
        let expected = (0..<70).map { tenth -> SamplingSchedule.Work? in
            tenth % 50 == 0 ? .sample(.scheduled) : tenth % 10 == 0 ? .listeners : nil
        }
        #expect(seen == expected)
    }

    @Test("has no look at listeners where samples are as frequent")
    func frequent() {
        var run = Run(interval: 0.2, share: 1)
        for tenth in 0..<50 { #expect(run.step(at: Double(tenth) / 10) != .listeners) }
    }

    @Test("answers who asks at once, and moves nothing by it")
    func asked() {
        var run = Run(interval: 5, share: 0.02)
        #expect(run.step(at: 0, isAsked: true) == .sample(.scheduled))
        #expect(run.step(at: 2, isAsked: true) == .sample(.onDemand))
        #expect(run.step(at: 2.9) == nil, "a sample has looked at the listeners, too")
        #expect(run.step(at: 3) == .listeners)
        #expect(run.step(at: 5) == .sample(.scheduled))
    }

    @Test("stretches by what samples cost, and says until when to sleep")
    func stretched() {
        var run = Run(interval: 5, share: 0.02)
        #expect(run.step(at: 0, cost: 0.18) == .sample(.scheduled))
        #expect(abs(run.schedule.interval - 10) < 1e-6)
        #expect(run.schedule.pause(from: .second(0.25)) == 0.75)
        #expect(run.step(at: 5) == .listeners)
        #expect(run.step(at: 9.5) == .listeners)
        #expect(abs(run.schedule.pause(from: .second(9.6)) - 0.4) < 1e-6)
        #expect(run.step(at: 10.001) == .sample(.scheduled))
    }

    @Test("makes up for a sample that was asked for before its time, by one interval at most")
    func early() {
        var run = Run(interval: 5, share: 0.02)
        #expect(run.step(at: 0, cost: 0.36) == .sample(.scheduled))
        #expect(run.schedule.pause(from: .second(0)) == 1 && abs(run.schedule.interval - 20) < 1e-6)
        #expect(run.step(at: 12, isAsked: true, cost: 0.36) == .sample(.scheduled))
        #expect(run.step(at: 39.9) != .sample(.scheduled), "20 s after it, and the 8 s that it was early")
        #expect(run.step(at: 40.001) == .sample(.scheduled))
        for second in 45...60 { _ = run.step(at: Double(second), isAsked: true, cost: 0.36) }
        #expect(run.schedule.work(at: .second(60 + 2 * run.schedule.interval), isAsked: false) == .sample(.scheduled))
    }

    @Test("is not driven apart by those who ask often: what is overdue is taken for them")
    func promoted() {
        var run = Run(interval: 5, share: 0.02)
        var scheduled: [Double] = []
        // Each sample costs ten times what the budget has for it, and somebody asks every second.
        for second in 0..<600 where run.step(at: Double(second), isAsked: true, cost: 1) == .sample(.scheduled) {
            scheduled.append(Double(second))
        }
        #expect(scheduled == stride(from: 0, to: 600, by: 5).map { Double($0) })
    }
}

extension MonotonicInstant {
    fileprivate static func second(_ seconds: Double) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000_000).advanced(by: seconds)
    }
}
