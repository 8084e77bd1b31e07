import Testing

@testable import sse_sockwatch

/// The splitmix64 generator: small, and the same everywhere for one seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

@Suite("A configuration damaged at random")
struct ConfigurationMutationTests {
    private static let fragments = [
        ": ", "\n", "\t", "- ", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "!x ", "#", "~", "null", "|\n", ">", "%",
        "? ", "---\n", "...\n", "0", "65536", "-", "s", "ü", "\u{0}", "\u{2028}", "<<", "  ", "\r", "\\", "(", "regex",
    ].map { Array($0.utf8) }

    private static func damaged(_ bytes: [UInt8], by generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &generator)
            let end = min(bytes.count, at + Int.random(in: 1...20, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(at..<end)
            case 2: bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...at, using: &generator))
            case 3: bytes.removeSubrange(at...)
            default: bytes.insert(contentsOf: fragments.randomElement(using: &generator) ?? [], at: at)
            }
        }
        return bytes
    }

    @Test("is either read, and then survives being printed, or refused with a place", arguments: [1, 2, 3] as [UInt64])
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let original = Array(ConfigurationExample.full.utf8)
        var read = 0
        var refused = 0
        for _ in 0..<1500 {
            let bytes = Self.damaged(original, by: &generator)
            do throws(ConfigurationError) {
                let configuration = try ConfigurationExample.parse(bytes, file: "config.yml")
                read += 1
                let again = try ConfigurationExample.parse(Array(configuration.effectiveYAML.utf8), file: "effective")
                #expect(again == configuration)
            } catch {
                refused += 1
                #expect(error.file == "config.yml")
                #expect(!error.problems.isEmpty)
                let newlines = bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
                for problem in error.problems {
                    let place = try #require(problem.place)
                    // U+2028 and U+0085 end lines too, and are not counted here: each takes two bytes at least.
                    #expect((1...(newlines + bytes.count / 2 + 1)).contains(place.line))
                    #expect((1...(bytes.count + 1)).contains(place.column))
                    #expect(!problem.message.isEmpty)
                    #expect(!problem.line(in: error.file).contains("\n"))
                }
            }
        }
        #expect(read > 50)
        #expect(refused > 500)
    }

    @Test(
        "that is as large as allowed and made to be slow is refused soon",
        arguments: ["[", "{a: ", "? ", "- ", "a: [", "- &a ", "'", "{a: b, ", "x\n\n", "[]: "],
        [1, 1000]
    )
    func hostile(fragment: String, repeats: Int) {
        // The first line makes sure that something is wrong, whatever follows.
        let line = String(repeating: fragment, count: repeats) + "\n"
        let text = "x: y\n" + String(repeating: line, count: YAMLNode.sizeLimit / line.utf8.count + 1)
        let bytes = Array(text.utf8.prefix(YAMLNode.sizeLimit))
        let clock = ContinuousClock()
        let start = clock.now
        #expect(ConfigurationExample.complaint(bytes) != nil)
        #expect(clock.now - start < .seconds(20))
    }
}
