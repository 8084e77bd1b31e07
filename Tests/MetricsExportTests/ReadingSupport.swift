import MetricsExport
import Testing

/// Reads a text and gives the error, or `nil` if it was accepted.
func refusal(of text: String, as format: ExpositionFormat) -> ExpositionError? {
    refusal(of: Array(text.utf8), as: format)
}

func refusal(of bytes: [UInt8], as format: ExpositionFormat) -> ExpositionError? {
    do throws(ExpositionError) {
        _ = try ExpositionReader.read(bytes, as: format)
        return nil
    } catch {
        return error
    }
}

/// A text that must be refused, and the line that must be blamed.
struct Refused: CustomTestStringConvertible, Sendable {
    let why: String
    let line: Int
    let text: String

    init(_ why: String, line: Int = 1, _ text: String) {
        self.why = why
        self.line = line
        self.text = text
    }

    var testDescription: String { why }
}

/// A generator with a seed, so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
