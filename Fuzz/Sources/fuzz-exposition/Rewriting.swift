import FuzzKit
import MetricsExport

/// Writes down what was read, in the plainest form, and reads that: nothing may be lost or be refused.
func checkRewritten(_ exposition: Exposition, _ format: ExpositionFormat) {
    let text = exposition.text(format)
    let again: Exposition
    do throws(ExpositionError) {
        again = try ExpositionReader.read(Array(text.utf8), as: format)
    } catch {
        fail("what was read is refused when it is written again: \(error)\n\(text)")
    }
    let (before, after) = (exposition.families, again.families)
    check(before.count == after.count, "\(before.count) families became \(after.count)\n\(text)")
    for (before, after) in zip(before, after) {
        let isSame =
            before.name.isSame(as: after.name) && before.type == after.type && before.unit == after.unit
            && (before.help ?? "").isSame(as: after.help ?? "")
        check(isSame, "a family is another: \(before) \(after)")
        check(before.samples.count == after.samples.count, "\(before.name): another number of samples\n\(text)")
        for (before, after) in zip(before.samples, after.samples) {
            check(before.line.isSame(as: after.line), "a sample is another: \(before.line) and \(after.line)")
        }
    }
}

extension Exposition {
    /// Without timestamps: OpenMetrics orders them more finely than a double tells.
    fileprivate func text(_ format: ExpositionFormat) -> String {
        var text = ""
        for family in families {
            let name = format == .text004 ? family.name.quoted : family.name
            if let help = family.help {
                text += "# HELP \(name) \(help.escaped(quotes: format == .openMetrics))\n"
            }
            let type = format == .text004 && family.type == .unknown ? "untyped" : family.type.rawValue
            text += "# TYPE \(name) \(type)\n"
            if let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
            for sample in family.samples { text += sample.line + "\n" }
        }
        return format == .openMetrics ? text + "# EOF\n" : text
    }
}

extension String {
    fileprivate var quoted: String { "\"\(escaped(quotes: true))\"" }

    fileprivate func escaped(quotes: Bool) -> String {
        var text: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text += #"\\"#.utf8
            case UInt8(ascii: "\n"): text += #"\n"#.utf8
            case UInt8(ascii: "\"") where quotes: text += #"\""#.utf8
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `==` takes different bytes for the same where people see the same.
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
