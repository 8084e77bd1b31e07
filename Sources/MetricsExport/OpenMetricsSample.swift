/// One sample's line in OpenMetrics: `NAME{LABEL="VALUE",...} NUMBER SECONDS # {LABELS} NUMBER SECONDS`, where single
/// spaces stand exactly where they stand here.
struct OpenMetricsSample {
    var sample: ExpositionSample
    var timestamp: OpenMetricsTimestamp?
    /// The exemplar's value, if there is an exemplar. Its labels and timestamp are checked and left behind.
    var exemplar: Double?
    let line: Int

    /// The specification's bound for the names and values of an exemplar's labels together, in Unicode scalars.
    private static let exemplarLength = 128

    init(_ line: inout LineScanner) throws(ExpositionError) {
        self.line = line.line
        guard line.next != UInt8(ascii: "\""), line.next != UInt8(ascii: "{") else {
            throw line.error("names in quotes are not part of OpenMetrics 1.0")
        }
        let name = try line.takeMetricName()
        let labels = line.next == UInt8(ascii: "{") ? try Self.readLabels(&line) : []
        let value = try Self.readNumber(&line, "value")
        sample = ExpositionSample(name: name, labels: labels, value: value)
        guard line.next != nil else { return }
        if !line.rest.starts(with: " #".utf8) {
            let timestamp = try Self.readTimestamp(&line)
            self.timestamp = timestamp
            sample.timestamp = timestamp.seconds
        }
        guard line.next != nil else { return }
        try readExemplar(&line)
    }

    private mutating func readExemplar(_ line: inout LineScanner) throws(ExpositionError) {
        guard line.skip(" # ") else {
            throw line.error("expected the end of the line or an exemplar, found \(line.found)")
        }
        let place = line.position
        let labels = try Self.readLabels(&line)
        let length = labels.reduce(0) { $0 + $1.name.unicodeScalars.count + $1.value.unicodeScalars.count }
        guard length <= Self.exemplarLength else {
            throw line.error(
                "the exemplar's labels have \(length) characters; at most \(Self.exemplarLength) are allowed",
                at: place
            )
        }
        exemplar = try Self.readNumber(&line, "exemplar's value")
        guard line.next != nil else { return }
        _ = try Self.readTimestamp(&line)
        guard line.next == nil else {
            throw line.error("expected the end of the line after the exemplar, found \(line.found)")
        }
    }

    private static func readLabels(_ line: inout LineScanner) throws(ExpositionError) -> [ExpositionLabel] {
        guard line.skip(UInt8(ascii: "{")) else { throw line.error("expected '{', found \(line.found)") }
        var list = LabelList()
        if line.skip(UInt8(ascii: "}")) {
            return []
        }
        while true {
            let place = line.position
            let name = try line.takeLabelName()
            guard line.skip(UInt8(ascii: "=")) else {
                throw line.error("expected '=' after the label's name, found \(line.found)")
            }
            let value = try line.takeQuoted()
            if let problem = list.add(name, value) {
                throw line.error(problem, at: place)
            }
            if line.skip(UInt8(ascii: "}")) {
                return list.labels
            }
            guard line.skip(UInt8(ascii: ",")) else {
                throw line.error("expected ',' or '}' after the label, found \(line.found)")
            }
        }
    }

    private static func readNumber(_ line: inout LineScanner, _ what: String) throws(ExpositionError) -> Double {
        guard line.skip(UInt8(ascii: " ")) else {
            throw line.error("expected one space before the \(what), found \(line.found)")
        }
        let place = line.position
        let token = line.take { $0 != UInt8(ascii: " ") }
        guard !token.isEmpty else { throw line.error("expected the \(what), found \(line.found)") }
        guard let number = ExpositionNumber.parse(token) else { throw line.notANumber(token, at: place) }
        return number
    }

    private static func readTimestamp(_ line: inout LineScanner) throws(ExpositionError) -> OpenMetricsTimestamp {
        guard line.skip(UInt8(ascii: " ")) else { throw line.error("expected one space, found \(line.found)") }
        let place = line.position
        let token = line.take { $0 != UInt8(ascii: " ") }
        guard let timestamp = OpenMetricsTimestamp(token) else {
            throw line.error("expected a timestamp in seconds", at: place)
        }
        return timestamp
    }
}
