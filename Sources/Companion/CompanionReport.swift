import MetricsExport

/// What a mapping extracts from one text, in lines for people: where each value came from, what is not offered, what
/// was refused.
public struct CompanionReport: Sendable {
    /// One line a value, `NAME  NUMBER  SOURCE`, columns aligned.
    public let lines: [String]
    /// One line a refused value.
    public let refusals: [String]

    /// - Parameters:
    ///   - findings: What the mapping found.
    ///   - reading: What was made of it.
    public init(findings: [CompanionFinding], reading: CompanionReading) {
        let rows = CompanionValue.allCases.map { value in
            Self.row(value, finding: findings.first { $0.value == value }, reading: reading)
        }
        lines = Self.align(rows)
        refusals = reading.refused.map { "refused: \($0)" }
    }

    private static func row(
        _ value: CompanionValue,
        finding: CompanionFinding?,
        reading: CompanionReading
    ) -> [String] {
        guard let finding else { return [value.rawValue, "not offered"] }
        guard !reading.refused.contains(where: { $0.name == value }) else { return [value.rawValue, "refused"] }
        var number = finding.number
        var notes: [String] = []
        if finding.kind == .percent {
            number /= 100
            notes.append("percent")
        }
        if finding.kind == .counter, value == .reconnectionRate {
            notes.append("counter, the rate takes two fetches")
        }
        if value == .heartbeatMissRate, case .counters = reading.heartbeats {
            notes.append("not used, as there are counters")
        }
        let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        return [value.rawValue, text(number), "from \(sources(finding))\(note)"]
    }

    /// The samples that a value was taken from; of many the first few.
    private static func sources(_ finding: CompanionFinding) -> String {
        let shown = finding.sources.prefix(3).map { sample in
            // A bare name stands as a mapping would name it, even where exposition syntax would need quotes.
            sample.labels.isEmpty
                ? sample.name : String(sample.line[..<(sample.line.lastIndex(of: " ") ?? sample.line.endIndex)])
        }
        let others = finding.sources.count - shown.count
        return (shown + (others > 0 ? ["\(others) more"] : [])).joined(separator: " + ")
    }

    /// Whole numbers without a fraction, as the expositions have them.
    private static func text(_ number: Double) -> String {
        number.magnitude < 0x1p53 && number == number.rounded() ? String(Int64(number)) : "\(number)"
    }

    private static func align(_ rows: [[String]]) -> [String] {
        let widths = (0..<2).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let isLast = column == row.count - 1
                return isLast ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            .joined(separator: "  ")
        }
    }
}
