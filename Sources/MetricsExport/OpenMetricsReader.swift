/// Reads OpenMetrics 1.0, and refuses whatever its specification and the test data of its repository refuse.
///
/// Beyond what other readers check, a counter without `_total`, a sample that stands twice and an exemplar outside its
/// bucket are errors too. Help texts alone are read leniently, as that test data asks: quotes need no escape.
struct OpenMetricsReader {
    private var families: [ExpositionFamily] = []
    private var family: OpenMetricsFamily?
    /// The names that the samples of the families so far could have. They must not clash.
    private var claimed: Set<String> = []

    mutating func read(_ bytes: [UInt8]) throws(ExpositionError) -> Exposition {
        var start = 0
        var line = 1
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            let end = newline ?? bytes.count
            if bytes[start..<end].elementsEqual("# EOF".utf8) {
                guard end + 1 >= bytes.count else {
                    throw ExpositionError(line: line + 1, message: "text after # EOF")
                }
                try closeFamily()
                return Exposition(families: families)
            }
            guard newline != nil else { break }
            var scanner = LineScanner(bytes, start..<end, line: line)
            try readLine(&scanner)
            start = end + 1
            line += 1
        }
        throw ExpositionError(line: line, message: "the text does not end with # EOF; it may have been cut off")
    }

    private mutating func readLine(_ line: inout LineScanner) throws(ExpositionError) {
        guard line.next != nil else { throw line.error("empty lines are not allowed") }
        if line.rest.last == UInt8(ascii: "\r") {
            throw line.error("lines must end in a line feed alone, without a carriage return")
        }
        if line.next == UInt8(ascii: "#") {
            try readMetadata(&line)
        } else {
            try readSample(&line)
        }
    }

    private mutating func readSample(_ line: inout LineScanner) throws(ExpositionError) {
        let sample = try OpenMetricsSample(&line)
        if try family?.add(sample) == true {
            return
        }
        // What cannot belong to the family before begins one of its own, of which nothing was said.
        try closeFamily()
        var opened = OpenMetricsFamily(name: sample.sample.name, line: sample.line)
        _ = try opened.add(sample)
        family = opened
    }

    private mutating func readMetadata(_ line: inout LineScanner) throws(ExpositionError) {
        let keyword: OpenMetricsFamily.Keyword
        if line.skip("# TYPE ") {
            keyword = .type
        } else if line.skip("# HELP ") {
            keyword = .help
        } else if line.skip("# UNIT ") {
            keyword = .unit
        } else {
            throw line.error("only # TYPE, # HELP, # UNIT and # EOF may begin with #, with one space between the words")
        }
        let name = try line.takeMetricName()
        guard line.skip(UInt8(ascii: " ")) else {
            throw line.error("expected a space after the name, found \(line.found)")
        }
        if family?.name != name {
            try closeFamily()
            family = OpenMetricsFamily(name: name, line: line.line)
        }
        try family?.add(keyword, &line)
    }

    private mutating func closeFamily() throws(ExpositionError) {
        guard let closed = try family?.finish() else { return }
        let line = family?.line ?? 0
        family = nil
        for name in Set(closed.type.sampleSuffixes.map { closed.name + $0.rawValue } + [closed.name]).sorted() {
            guard claimed.insert(name).inserted else {
                throw ExpositionError(
                    line: line,
                    message: "\(closed.name.shortened) clashes with an earlier metric over the name \(name.shortened); "
                        + "the lines of a metric must stand together"
                )
            }
        }
        families.append(closed)
    }
}
