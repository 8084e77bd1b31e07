import MetricsExport

/// nginx's stub_status page, four lines. The samples are named as the page names them: `Active connections`,
/// `accepts`, `handled`, `requests`, `Reading`, `Writing`, `Waiting`.
enum StubStatusText {
    static let opening = "Active connections:".utf8

    static func read(_ bytes: [UInt8]) throws(CompanionSyntaxError) -> [ExpositionSample] {
        let lines = TextLines(bytes).filter { !$0.text.isEmpty }
        func words(_ index: Int) -> (number: Int?, words: [String]) {
            guard lines.indices.contains(index) else { return (nil, []) }
            return (
                lines[index].number,
                lines[index].text.split(whereSeparator: TextLines.isSpace).map { String(decoding: $0, as: UTF8.self) }
            )
        }
        func number(_ text: String, line: Int?) throws(CompanionSyntaxError) -> Double {
            guard let value = UInt64(text) else {
                throw CompanionSyntaxError(line: line, message: "\"\(text)\" is not a count")
            }
            return Double(value)
        }
        func missing(_ expected: String, line: Int?) -> CompanionSyntaxError {
            let line = line ?? (lines.last?.number ?? 0) + 1
            return CompanionSyntaxError(line: line, message: "expected `\(expected)` of a stub_status page")
        }

        var samples: [ExpositionSample] = []
        let active = words(0)
        guard active.words.count == 3, active.words[..<2] == ["Active", "connections:"] else {
            throw missing("Active connections: N", line: active.number)
        }
        samples.append(
            ExpositionSample(name: "Active connections", value: try number(active.words[2], line: active.number))
        )

        // Tengine adds a fourth column, `request_time`.
        let header = words(1)
        guard header.words.count >= 4, header.words[..<4] == ["server", "accepts", "handled", "requests"] else {
            throw missing("server accepts handled requests", line: header.number)
        }
        let totals = words(2)
        let names = header.words.dropFirst()
        guard Set(names).count == names.count else {
            throw CompanionSyntaxError(line: header.number, message: "a column stands twice in a stub_status page")
        }
        guard totals.words.count == names.count else {
            throw missing("\(names.count) numbers", line: totals.number)
        }
        for (name, text) in zip(names, totals.words) {
            samples.append(ExpositionSample(name: name, value: try number(text, line: totals.number)))
        }

        let states = words(3)
        guard states.words.count == 6 else { throw missing("Reading: N Writing: N Waiting: N", line: states.number) }
        for (index, name) in ["Reading", "Writing", "Waiting"].enumerated() {
            guard states.words[2 * index] == name + ":" else { throw missing("\(name): N", line: states.number) }
            samples.append(
                ExpositionSample(name: name, value: try number(states.words[2 * index + 1], line: states.number))
            )
        }
        if let extra = lines.dropFirst(4).first {
            throw CompanionSyntaxError(
                line: extra.number,
                message: "a stub_status page has four lines, this is a fifth"
            )
        }
        return samples
    }
}
