/// Reads a sample's line in text 0.0.4: `NAME{LABEL="VALUE",...} NUMBER MILLISECONDS`.
enum TextSample {
    static func read(_ line: inout LineScanner) throws(ExpositionError) -> ExpositionSample {
        let start = line.position
        var name: String?
        if line.next != UInt8(ascii: "{") {
            name = try line.takeMetricName()
            line.skipBlanks()
        }
        var labels = LabelList()
        if line.skip(UInt8(ascii: "{")) {
            try readLabels(&line, name: &name, into: &labels)
            line.skipBlanks()
        }
        guard let name else { throw line.error("the sample has no name", at: start) }
        let value = try readValue(&line)
        return ExpositionSample(
            name: name,
            labels: labels.labels,
            value: value,
            timestamp: try readTimestamp(&line)
        )
    }

    /// Reads up to the closing brace. A string without `=` is the metric's name. As Prometheus has it, a comma may
    /// follow the last label and may be missing between two.
    private static func readLabels(
        _ line: inout LineScanner,
        name: inout String?,
        into labels: inout LabelList
    ) throws(ExpositionError) {
        while true {
            line.skipBlanks()
            if line.skip(UInt8(ascii: "}")) {
                return
            }
            let place = line.position
            let isQuoted = line.next == UInt8(ascii: "\"")
            let label = isQuoted ? try line.takeQuoted() : try line.takeLabelName()
            guard !label.isEmpty else { throw line.error("the name in quotes is empty", at: place) }
            line.skipBlanks()
            if isQuoted, line.next == UInt8(ascii: ",") || line.next == UInt8(ascii: "}") {
                guard name == nil else { throw line.error("the metric has a name already", at: place) }
                name = label
            } else {
                guard line.skip(UInt8(ascii: "=")) else {
                    throw line.error("expected '=' after the label's name, found \(line.found)")
                }
                line.skipBlanks()
                let value = try line.takeQuoted()
                if let problem = labels.add(label, value) {
                    throw line.error(problem, at: place)
                }
                line.skipBlanks()
            }
            _ = line.skip(UInt8(ascii: ","))
        }
    }

    private static func readValue(_ line: inout LineScanner) throws(ExpositionError) -> Double {
        let place = line.position
        let token = line.takeToken()
        guard !token.isEmpty else { throw line.error("expected a value, found \(line.found)") }
        guard let value = ExpositionNumber.parse(token) else { throw line.notANumber(token, at: place) }
        return value
    }

    /// Milliseconds since 1970, given back as seconds.
    private static func readTimestamp(_ line: inout LineScanner) throws(ExpositionError) -> Double? {
        line.skipBlanks()
        guard line.next != nil else { return nil }
        let place = line.position
        let digits = line.take(while: ExpositionName.isDigit)
        guard let milliseconds = Int64(String(decoding: digits.prefix(20), as: UTF8.self)), digits.count <= 20 else {
            throw line.error("expected a timestamp in milliseconds or the end of the line", at: place)
        }
        line.skipBlanks()
        guard line.next == nil else {
            throw line.error("expected the end of the line after the timestamp, found \(line.found)")
        }
        return Double(milliseconds) / 1000
    }
}

extension LineScanner {
    func notANumber(_ token: ArraySlice<UInt8>, at place: Int) -> ExpositionError {
        if token.last == UInt8(ascii: "\r") {
            return error("lines must end in a line feed alone, without a carriage return", at: place + token.count - 1)
        }
        let text = String(decoding: token.prefix(80), as: UTF8.self)
        return error("\"\(text.shortened)\" is not a number", at: place)
    }
}
