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
        self.format = format
        exposition =
            switch format {
            case .auto, .prometheus: try Self.exposition(bytes, as: .text004)
            case .openMetrics: try Self.exposition(bytes, as: .openMetrics)
            case .json: Self.familyless(try JSONNumbers.read(bytes))
            case .keyValue: Self.familyless(try KeyValueText.read(bytes))
            case .stubStatus: Self.familyless(try StubStatusText.read(bytes))
            }
    }

    static func tooMany(_ items: String) -> CompanionSyntaxError {
        CompanionSyntaxError(line: nil, message: "more than \(itemLimit) \(items), which is more than is read")
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
