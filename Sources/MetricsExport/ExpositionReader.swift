/// Reads metrics that somebody else wrote.
public enum ExpositionReader {
    /// Reads a whole text in the given format.
    ///
    /// Text 0.0.4 is read as leniently as Prometheus reads it, OpenMetrics as strictly as its specification asks.
    /// The time is linear in the size of the text. Nothing in the text can end the process.
    ///
    /// - Throws: ``ExpositionError`` with the line at fault.
    public static func read(
        _ bytes: [UInt8],
        as format: ExpositionFormat
    ) throws(ExpositionError) -> Exposition {
        throw ExpositionError(line: 1, message: "reading is not built yet")
    }
}
