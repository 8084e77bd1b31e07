/// Writes the samples of one family. ``ExpositionWriter/family(_:_:)`` hands it out.
///
/// Values are written as given. That a counter is neither negative nor NaN, and that no label set comes twice, is the
/// caller's to keep.
public struct FamilyWriter: ~Copyable {
    private let descriptor: MetricDescriptor
    private let format: ExpositionFormat
    private let sampleName: [UInt8]
    private var hasHeader = false
    private var bucketBounds: [Double] = []
    private var buckets: [RenderedLabels] = []
    var buffer: [UInt8]

    init(_ descriptor: MetricDescriptor, format: ExpositionFormat, buffer: consuming [UInt8]) {
        self.descriptor = descriptor
        self.format = format
        self.sampleName = Array(descriptor.sampleName.utf8)
        self.buffer = buffer
    }

    /// Writes one sample of a counter, a gauge or an info.
    ///
    /// - Parameters:
    ///   - labels: The first labels.
    ///   - further: Labels that follow them: rendered once, they serve many samples.
    /// - Precondition: The family is not a histogram.
    public mutating func sample(_ labels: RenderedLabels, and further: RenderedLabels = .none, _ value: Double) {
        precondition(descriptor.kind != .histogram, "metric \(descriptor.name) is a histogram")
        write(suffix: "", labels, and: further, value)
    }

    /// Writes one sample whose value is a whole number, exact beyond 2^53.
    ///
    /// - Precondition: The family is not a histogram, and the value's magnitude fits into 64 bits.
    @inlinable
    public mutating func sample(
        _ labels: RenderedLabels,
        and further: RenderedLabels = .none,
        _ value: some FixedWidthInteger
    ) {
        sample(labels, and: further, isNegative: value < 0, magnitude: UInt64(value.magnitude))
    }

    /// Writes the one sample of a family without labels.
    public mutating func sample(_ value: Double) {
        sample(.none, value)
    }

    /// Writes the one sample of a family without labels, a whole number.
    @inlinable
    public mutating func sample(_ value: some FixedWidthInteger) {
        sample(.none, value)
    }

    /// Writes one histogram: its buckets and, if no bound is negative, its count and sum.
    ///
    /// - Parameters:
    ///   - bounds: The finite upper bounds of the buckets, ascending.
    ///   - counts: The observations of each bucket alone, not cumulative; the last one is the bucket `+Inf`, so there is
    ///     one more count than there are bounds.
    ///   - sum: The sum of all observations, in the metric's unit.
    /// - Precondition: The family is a histogram, and the counts fit the bounds.
    public mutating func histogram(_ labels: RenderedLabels = .none, bounds: [Double], counts: [UInt64], sum: Double) {
        precondition(descriptor.kind == .histogram, "metric \(descriptor.name) is not a histogram")
        precondition(counts.count == bounds.count + 1, "metric \(descriptor.name): counts do not fit the bounds")
        let buckets = bucketLabels(bounds)
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            write(suffix: "_bucket", labels, and: buckets[index], total)
        }
        // With negative observations a sum can fall. OpenMetrics does not allow that, and a count only beside a sum.
        guard bounds.first.map({ $0 >= 0 }) ?? true else { return }
        write(suffix: "_count", labels, total)
        write(suffix: "_sum", labels, sum)
    }

    /// The labels of buckets. The histograms of a family usually share their bounds, so they are rendered once.
    private mutating func bucketLabels(_ bounds: [Double]) -> [RenderedLabels] {
        if bounds != bucketBounds || buckets.isEmpty {
            bucketBounds = bounds
            buckets = (bounds + [.infinity]).map(RenderedLabels.init(upperBound:))
        }
        return buckets
    }

    @usableFromInline
    mutating func sample(_ labels: RenderedLabels, and further: RenderedLabels, isNegative: Bool, magnitude: UInt64) {
        precondition(descriptor.kind != .histogram, "metric \(descriptor.name) is a histogram")
        write(suffix: "", labels, and: further, isNegative: isNegative, magnitude)
    }

    private mutating func write(
        suffix: StaticString,
        _ labels: RenderedLabels,
        and further: RenderedLabels = .none,
        isNegative: Bool = false,
        _ magnitude: UInt64
    ) {
        beginSample(suffix: suffix, labels, and: further)
        if isNegative { buffer.append(UInt8(ascii: "-")) }
        buffer.appendDecimal(magnitude)
        buffer.append(UInt8(ascii: "\n"))
    }

    private mutating func write(
        suffix: StaticString,
        _ labels: RenderedLabels,
        and further: RenderedLabels = .none,
        _ value: Double
    ) {
        beginSample(suffix: suffix, labels, and: further)
        buffer.appendValue(value)
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Writes everything before the value: the header if this is the first sample, the name and the labels.
    private mutating func beginSample(suffix: StaticString, _ labels: RenderedLabels, and further: RenderedLabels) {
        if !hasHeader {
            hasHeader = true
            writeHeader()
        }
        buffer.appendBytes(of: sampleName)
        buffer.append(contentsOf: UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
        if !labels.bytes.isEmpty || !further.bytes.isEmpty {
            buffer.append(UInt8(ascii: "{"))
            buffer.appendBytes(of: labels.bytes)
            if !labels.bytes.isEmpty && !further.bytes.isEmpty { buffer.append(UInt8(ascii: ",")) }
            buffer.appendBytes(of: further.bytes)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: " "))
    }

    private mutating func writeHeader() {
        let name: String
        let type: String
        switch format {
        case .text004:
            name = descriptor.sampleName
            type = descriptor.kind == .info ? MetricKind.gauge.rawValue : descriptor.kind.rawValue
        case .openMetrics:
            name = descriptor.name
            type = descriptor.kind.rawValue
        }
        buffer.append(contentsOf: "# HELP \(name) ".utf8)
        buffer.appendEscaped(descriptor.help, quotes: format == .openMetrics)
        buffer.append(contentsOf: "\n# TYPE \(name) \(type)\n".utf8)
        if format == .openMetrics, let unit = descriptor.unit {
            buffer.append(contentsOf: "# UNIT \(name) \(unit)\n".utf8)
        }
    }
}
