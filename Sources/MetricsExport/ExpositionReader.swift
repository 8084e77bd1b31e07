/// Reads metrics that somebody else wrote.
public enum ExpositionReader {
    /// Reads a whole text in the given format.
    ///
    /// Text 0.0.4 is read as leniently as Prometheus reads it, OpenMetrics as strictly as its specification asks.
    /// The time is linear in the size of the text. Nothing in the text can end the process.
    ///
    /// - Throws: ``ExpositionError`` with the line at fault.
    public static func read(_ bytes: [UInt8], as format: ExpositionFormat) throws(ExpositionError) -> Exposition {
        switch format {
        case .text004:
            var reader = TextReader()
            return try reader.read(bytes)
        case .openMetrics:
            var reader = OpenMetricsReader()
            return try reader.read(bytes)
        }
    }
}
