import NetworkLab
import Testing

@Suite("eventually")
struct EventuallyTests {
    @Test("returns what fulfils the condition, after looks that did not")
    func returnsWhatIsSeen() async throws {
        var looks = 0
        let seen = try await eventually("three looks") {
            looks += 1
            return looks
        } until: {
            $0 == 3
        }
        #expect(seen == 3)
    }

    @Test("an error means not yet")
    func errorMeansNotYet() async throws {
        var looks = 0
        try await eventually("the second look succeeds") {
            looks += 1
            if looks == 1 { throw LabError("refused") }
            return true
        }
        #expect(looks == 2)
    }

    @Test("fails after its deadline with the fact, the place and the last value")
    func failsWithLastValue() async throws {
        let failure = await #expect(throws: NotInTime.self) {
            try await eventually("the answer is 42", within: .milliseconds(30)) {
                7
            } until: {
                $0 == 42
            }
        }
        let text = try #require(failure?.description)
        #expect(text.hasPrefix("NetworkLabTests/EventuallyTests.swift:"))
        #expect(text.hasSuffix(": not within 0.03 seconds: the answer is 42; last seen: 7"))
    }
}
