/// Reads text 0.0.4 as Prometheus does when it scrapes, with the names in quotes that Prometheus 3 added.
///
/// Metadata is held to what `promtool check metrics` asks of it: each kind once, TYPE before the samples.
struct TextReader {
    private var families: [Family] = []
    private var indices: [[UInt8]: Int] = [:]

    private struct Family {
        var family: ExpositionFamily
        var hasType = false
    }

    mutating func read(_ bytes: [UInt8]) throws(ExpositionError) -> Exposition {
        var start = 0
        var line = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var scanner = LineScanner(bytes, start..<end, line: line)
            try readLine(&scanner)
            start = end + 1
            line += 1
        }
        // A family of which only the metadata was there says nothing.
        return Exposition(families: families.lazy.map(\.family).filter { !$0.samples.isEmpty })
    }

    private mutating func readLine(_ line: inout LineScanner) throws(ExpositionError) {
        line.skipBlanks()
        guard line.next != nil else { return }
        if line.skip(UInt8(ascii: "#")) {
            try readComment(&line)
        } else {
            let sample = try TextSample.read(&line)
            families[index(forSample: sample.name)].family.samples.append(sample)
        }
    }

    /// HELP and TYPE, if blanks stand on both sides of the word; all else after `#` is a comment.
    private mutating func readComment(_ line: inout LineScanner) throws(ExpositionError) {
        guard line.skipBlanks() else { return }
        let isHelp = line.skip("HELP")
        guard isHelp || line.skip("TYPE"), line.skipBlanks() else { return }
        let place = line.position
        let name = line.next == UInt8(ascii: "\"") ? try line.takeQuoted() : try line.takeMetricName()
        // One blank ends the name. Any more belong to the help text.
        guard line.next == nil || line.skip(UInt8(ascii: " ")) || line.skip(UInt8(ascii: "\t")) else {
            throw line.error("expected a blank after the name, found \(line.found)")
        }
        let index = index(named: name)
        if isHelp {
            guard families[index].family.help == nil else {
                throw line.error("a second HELP for \(name.shortened)", at: place)
            }
            families[index].family.help = try line.takeHelp(quotes: false)
            return
        }
        guard !families[index].hasType else { throw line.error("a second TYPE for \(name.shortened)", at: place) }
        guard families[index].family.samples.isEmpty else {
            throw line.error("TYPE of \(name.shortened) stands after its samples", at: place)
        }
        line.skipBlanks()
        families[index].family.type = try readType(&line)
        families[index].hasType = true
    }

    private func readType(_ line: inout LineScanner) throws(ExpositionError) -> ExpositionType {
        switch String(decoding: line.rest.prefix(80), as: UTF8.self) {
        case "counter": .counter
        case "gauge": .gauge
        case "histogram": .histogram
        case "summary": .summary
        case "untyped": .unknown
        case let type:
            throw line.error(
                "\"\(type.shortened)\" is not a type of text 0.0.4 (counter, gauge, histogram, summary, untyped)"
            )
        }
    }

    /// The family that a sample belongs to: its own name, or that of a histogram or summary without the suffix.
    private mutating func index(forSample name: String) -> Int {
        let bytes = Array(name.utf8)
        if let index = indices[bytes] {
            return index
        }
        for (suffix, types) in Self.suffixes where bytes.count > suffix.count && bytes.suffix(suffix.count) == suffix {
            if let index = indices[Array(bytes.dropLast(suffix.count))], types.contains(families[index].family.type) {
                return index
            }
        }
        return index(named: name)
    }

    private static let suffixes: [(suffix: ArraySlice<UInt8>, types: [ExpositionType])] = [
        (Array("_bucket".utf8)[...], [.histogram]),
        (Array("_count".utf8)[...], [.histogram, .summary]),
        (Array("_sum".utf8)[...], [.histogram, .summary]),
    ]

    private mutating func index(named name: String) -> Int {
        let bytes = Array(name.utf8)
        if let index = indices[bytes] {
            return index
        }
        families.append(Family(family: ExpositionFamily(name: name, type: .unknown)))
        indices[bytes] = families.count - 1
        return families.count - 1
    }
}
