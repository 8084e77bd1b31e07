import Testing

@testable import sse_sockwatch

@Suite("The numbers of bounds")
struct BoundTextTests {
    @Test("are counts", arguments: [("0", 0), ("5", 5), ("4294967295", 4_294_967_295)])
    func count(text: String, number: Int) throws {
        #expect(try BoundText.count(text) == number)
    }

    @Test("are no counts", arguments: ["", "-1", "1.5", "5%", "4294967296", "٣", " 5", "99999999999999999999"])
    func noCount(text: String) {
        #expect(throws: BoundText.Problem.self) { try BoundText.count(text) }
    }

    @Test(
        "are shares in percent or as a ratio",
        arguments: [("2%", 0.02), ("0.02", 0.02), ("0%", 0), ("100%", 1), ("0", 0), ("1", 1), ("0.5%", 0.005)]
    )
    func share(text: String, ratio: Double) throws {
        #expect(try BoundText.share(text) == ratio)
    }

    @Test(
        "are no shares, and what to write instead is said",
        arguments: [
            ("2", "a ratio is 0 to 1; write 2% for percent"), ("101%", "write 0% to 100%"), ("%", "write 0% to 100%"),
            ("-1%", "write 0% to 100%"), ("x", "write a percentage such as 2%, or a ratio such as 0.02"),
            ("nan", "write a percentage such as 2%, or a ratio such as 0.02"),
            ("1e1", "write a percentage such as 2%, or a ratio such as 0.02"),
            ("200", "a ratio is 0 to 1; write 0 to 100% for percent"),
        ]
    )
    func noShare(text: String, complaint: String) {
        #expect(throws: BoundText.Problem(description: complaint)) { try BoundText.share(text) }
    }

    @Test("of half-open connections are a count or a percentage")
    func halfOpen() throws {
        #expect(try BoundText.halfOpen("5") == .maxHalfOpen(5))
        #expect(try BoundText.halfOpen("5%") == .maxHalfOpenShare(0.05))
        #expect(throws: BoundText.Problem.self) { try BoundText.halfOpen("0.05") }
    }

    @Test("are rates", arguments: [("0", 0), ("0.5", 0.5), ("10", 10)])
    func rate(text: String, rate: Double) throws {
        #expect(try BoundText.rate(text) == rate)
    }

    @Test("are no rates", arguments: ["", "-1", "inf", "1/s", "1e3"])
    func noRate(text: String) {
        #expect(throws: BoundText.Problem.self) { try BoundText.rate(text) }
    }
}
