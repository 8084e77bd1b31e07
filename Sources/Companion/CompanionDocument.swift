public import MetricsExport

/// A server's own numbers as they were read, before anything is looked for in them.
public struct CompanionDocument: Sendable, Equatable {
    /// The format in which the text was read. Never ``CompanionFormat/auto``.
    public let format: CompanionFormat
    /// The samples by family. JSON, `key: value` and stub_status have no families: there, one without a name holds all.
    public let exposition: Exposition

    /// All samples in the order of the text.
    public var samples: [ExpositionSample] { exposition.samples }

    /// How many lines, or numbers in JSON, a text may have. The size in bytes alone would let a text of one-byte
    /// numbers take a hundred times its own memory.
    public static let itemLimit = 250_000

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - bytes: The text, in UTF-8.
    ///   - format: Its format; with ``CompanionFormat/auto`` the content type and then the look of the text decide.
    ///   - contentType: What the server said about it, `nil` for a file.
    /// - Throws: ``CompanionSyntaxError`` if the text is not well-formed, with the line at fault.
    public init(
        _ bytes: [UInt8],
        format: CompanionFormat = .auto,
        contentType: String? = nil
    ) throws(CompanionSyntaxError) {
        let format = format == .auto ? .detect(bytes, contentType: contentType) : format
        if format != .json, bytes.count(where: { $0 == UInt8(ascii: "\n") }) > Self.itemLimit {
            throw Self.tooMany("lines")
        }
        if format != .prometheus && format != .openMetrics { try Self.checkUTF8(bytes) }
        self.format = format
        exposition =
            switch format {
            case .auto, .prometheus: try Self.text(bytes)
            case .openMetrics: try Self.exposition(bytes, as: .openMetrics)
            case .json: Self.familyless(try JSONNumbers.read(bytes))
            case .keyValue: Self.familyless(try KeyValueText.read(bytes))
            case .stubStatus: Self.familyless(try StubStatusText.read(bytes))
            }
    }

    static func tooMany(_ items: String) -> CompanionSyntaxError {
        CompanionSyntaxError(line: nil, message: "more than \(itemLimit) \(items), which is more than is read")
    }

    private static func checkUTF8(_ bytes: [UInt8]) throws(CompanionSyntaxError) {
        guard String(validating: bytes, as: UTF8.self) == nil else { return }
        // No sequence of several bytes has a line feed in it, so the line at fault is one by itself.
        let line = TextLines(bytes).first { String(validating: $0.text, as: UTF8.self) == nil }
        throw CompanionSyntaxError(line: line?.number, message: "the text is not UTF-8")
    }

    /// Text 0.0.4, in which nothing forbids a series to stand twice. To add the two up would be wrong, and to choose
    /// one a guess.
    private static func text(_ bytes: [UInt8]) throws(CompanionSyntaxError) -> Exposition {
        let exposition = try exposition(bytes, as: .text004)
        var known: Set<Series> = []
        for sample in exposition.families.lazy.flatMap(\.samples) {
            let series = Series(sample)
            guard !known.insert(series).inserted else { continue }
            throw CompanionSyntaxError(
                line: secondLine(of: series, in: bytes),
                message: "\(sample.line.prefix(200)): the series stands twice"
            )
        }
        return exposition
    }

    private static func secondLine(of series: Series, in bytes: [UInt8]) -> Int? {
        var isSecond = false
        for (number, line) in TextLines(bytes) where line.first != UInt8(ascii: "#") {
            guard let sample = try? exposition(Array(line), as: .text004).samples.first, Series(sample) == series else {
                continue
            }
            if isSecond { return number }
            isSecond = true
        }
        return nil
    }

    /// What tells a series from others: the order of its labels does not.
    private struct Series: Hashable {
        let name: String
        let labels: [ExpositionLabel]

        init(_ sample: ExpositionSample) {
            name = sample.name
            labels = sample.labels.count > 1 ? sample.labels.sorted { $0.name < $1.name } : sample.labels
        }
    }

    private static func exposition(
        _ bytes: [UInt8],
        as format: ExpositionFormat
    ) throws(CompanionSyntaxError) -> Exposition {
        do {
            return try ExpositionReader.read(bytes, as: format)
        } catch {
            throw CompanionSyntaxError(line: error.line, column: error.column, message: error.message)
        }
    }

    private static func familyless(_ samples: [ExpositionSample]) -> Exposition {
        Exposition(families: [ExpositionFamily(name: "", type: .unknown, samples: samples)])
    }
}
