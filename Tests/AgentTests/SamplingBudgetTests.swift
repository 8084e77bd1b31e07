import Testing

@testable import sse_sockwatch

@Suite("The processor budget")
struct SamplingBudgetTests {
    @Test("leaves the interval alone while samples are cheap")
    func cheap() {
        var budget = SamplingBudget(interval: 5, share: 0.02)
        for _ in 0..<100 { #expect(budget.spend(.init(sampling: 0.05)) == 5) }
    }

    @Test("holds from the first sample on, and does not change the pace at one slow one")
    func dear() {
        var budget = SamplingBudget(interval: 5, share: 0.02)
        for _ in 0..<50 { #expect(abs(budget.spend(.init(sampling: 0.9)) - 50) < 0.1) }
        var interval = 0.0
        for _ in 0..<50 { interval = budget.spend(.init(sampling: 0.01)) }
        #expect(interval == 5)
        #expect(budget.spend(.init(sampling: 0.2)) == 5)
    }

    @Test("takes off what the rest of the agent takes")
    func others() {
        var budget = SamplingBudget(interval: 5, share: 0.02)
        let interval = budget.spend(.init(sampling: 0.13, others: 0.05, duration: 10))
        #expect(abs(interval - 10) < 0.001)
        #expect((0.13 + 0.05) / interval <= 0.02)
    }

    @Test("leaves sampling half of the share, however much is asked for")
    func mostOfOthers() {
        var budget = SamplingBudget(interval: 5, share: 0.02)
        let interval = budget.spend(.init(sampling: 0.09, others: 9, duration: 10))
        #expect(abs(interval - 10) < 0.001)
    }

    @Test("has listeners looked at every second, and less often where that costs more than a tenth of it")
    func listeners() {
        let budget = SamplingBudget(interval: 5, share: 0.02)
        #expect(budget.pause(afterListeners: 0.000_02) == 1)
        #expect(abs(budget.pause(afterListeners: 0.018) - 10) < 0.001)
    }
}
