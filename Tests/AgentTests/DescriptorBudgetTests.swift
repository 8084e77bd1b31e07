import Testing

@testable import sse_sockwatch

@Suite("The budget of descriptors")
struct DescriptorBudgetTests {
    @Test("leaves the agent some of its own, whatever the limit", arguments: [128, 256, 1024, 4096, 65_536, 1_048_576])
    func shares(limit: UInt64) {
        let budget = DescriptorBudget(limit: limit)
        #expect(UInt64(budget.clients + 2 * budget.namespaces) <= limit - 64)
        #expect(budget.clients >= 20 && budget.namespaces >= 20)
    }

    @Test("is enough for one scraper and one namespace under the lowest limit, and endless without one")
    func ends() {
        let least = DescriptorBudget(limit: 0)
        #expect(least.clients == 4 && least.namespaces == 1)
        #expect(DescriptorBudget(limit: nil).namespaces > 1_000_000)
    }
}
