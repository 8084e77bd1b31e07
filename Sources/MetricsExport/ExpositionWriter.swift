/// Writes metric families, one after the other, into one buffer.
///
/// ```swift
/// var writer = ExpositionWriter(format: .openMetrics)
/// writer.family(sockets) { family in
///     family.sample(["port": "8080", "state": "established"], 17)
/// }
/// let body = writer.finish()
/// ```
public struct ExpositionWriter: Sendable {
    public let format: ExpositionFormat
    private var buffer: [UInt8] = []
    private var written: Set<String> = []

    /// - Parameter capacity: The expected size of the text in bytes; the last answer's size is a good guess.
    public init(format: ExpositionFormat, reservingCapacity capacity: Int = 0) {
        self.format = format
        buffer.reserveCapacity(capacity)
    }

    /// Writes a family: its HELP, TYPE and UNIT before its first sample, and nothing at all if `body` writes no sample.
    ///
    /// - Precondition: The family was not written before; families must not be split.
    public mutating func family<Failure: Error>(
        _ descriptor: MetricDescriptor,
        _ body: (inout FamilyWriter) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(written.insert(descriptor.name).inserted, "metric \(descriptor.name) is written twice")
        // The buffer moves into the family's writer and back, so that appending never copies it.
        var family = FamilyWriter(descriptor, format: format, buffer: buffer.moved())
        defer { buffer = family.buffer.moved() }
        try body(&family)
    }

    /// The finished text. OpenMetrics is closed by `# EOF`, without which a reader must refuse it as cut off.
    ///
    /// - Parameter isWhole: Whether nothing follows. An exposition can be put together from the texts of several writers
    ///   that write different families; only the last one's is closed.
    public consuming func finish(isWhole: Bool = true) -> [UInt8] {
        var text = buffer.moved()
        if isWhole && format == .openMetrics {
            text.append(contentsOf: "# EOF\n".utf8)
        }
        return text
    }
}

extension [UInt8] {
    /// Empties the array and hands its storage on.
    fileprivate mutating func moved() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &self)
        return taken
    }
}
