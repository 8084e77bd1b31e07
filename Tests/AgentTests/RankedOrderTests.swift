import Testing

@testable import sse_sockwatch

@Suite("The order of a list")
struct RankedOrderTests {
    @Test("is that of the ranks, and equals stay as they came", arguments: [0, 1, 2, 1000])
    func order(count: Int) {
        var generator = SystemRandomNumberGenerator()
        let most: [UInt64] = [0, 3, 1 << 20, .max]
        for bound in most {
            let ranks = (0..<count).map { _ in UInt64.random(in: 0...bound, using: &generator) }
            let expected = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { UInt32($0) }
            #expect(RankedOrder.places(of: ranks) == expected)
        }
    }
}

@Suite("A time as people read it")
struct AgeTextTests {
    @Test(
        "has one or two units",
        arguments: [
            (0, "0s"), (0.049, "0s"), (0.05, "0.1s"), (0.35, "0.4s"), (1, "1s"), (9.949, "9.9s"), (9.96, "10s"),
            (12.9, "12s"), (99.9, "99s"), (100, "1m40s"), (3599, "59m59s"), (3600, "1h0m"), (86399, "23h59m"),
            (86400, "1d0h"), (190_000, "2d4h"),
        ]
    )
    func text(seconds: Double, text: String) {
        #expect(AgeText(seconds: seconds).description == text)
    }
}
