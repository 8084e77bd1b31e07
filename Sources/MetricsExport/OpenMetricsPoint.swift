/// The samples that one metric has at one time, while they are read.
struct OpenMetricsPoint {
    let timestamp: OpenMetricsTimestamp?
    private let family: String
    private let type: ExpositionType
    private var line = 0
    private var seen: Set<[UInt8]> = []

    private var hasTotal = false
    private var bound: Double?
    private var bucketCount: Double = 0
    private var hasNegativeBound = false
    private var count: Double?
    private var sum: Double?

    init(family: String, type: ExpositionType, timestamp: OpenMetricsTimestamp?) {
        self.family = family
        self.type = type
        self.timestamp = timestamp
    }

    mutating func add(_ sample: OpenMetricsSample, _ suffix: SampleSuffix) throws(ExpositionError) {
        line = sample.line
        guard seen.insert(suffix.rawValue.utf8 + [0xFF] + sample.sample.labels.identity()).inserted else {
            throw sample.error("the sample \(sample.sample.line.shortened) stands twice")
        }
        switch suffix {
        case .total: hasTotal = true
        case .bucket: try addBucket(sample)
        case .count, .gaugeCount: count = sample.sample.value
        case .sum, .gaugeSum: sum = sample.sample.value
        case .none, .created, .info: break
        }
    }

    private mutating func addBucket(_ sample: OpenMetricsSample) throws(ExpositionError) {
        let label = sample.sample.label("le") ?? ""
        guard let bound = ExpositionNumber.parse(Array(label.utf8)[...]) else { return }
        if let before = self.bound, bound <= before {
            throw sample.error("the buckets of \(family.shortened) are not in ascending order")
        }
        guard sample.sample.value >= bucketCount else {
            throw sample.error("the buckets of \(family.shortened) are not cumulative")
        }
        if let exemplar = sample.exemplar, !(exemplar <= bound) {
            throw sample.error("the exemplar lies outside its bucket")
        }
        self.bound = bound
        bucketCount = sample.sample.value
        hasNegativeBound = hasNegativeBound || bound < 0
    }

    /// Checks what can only be told when the point is complete.
    func finish() throws(ExpositionError) {
        func refuse(_ message: String) -> ExpositionError {
            ExpositionError(line: line, message: "the \(type.rawValue) \(family.shortened) \(message)")
        }
        switch type {
        case .counter:
            guard hasTotal else { throw refuse("has no _total") }
        case .histogram, .gaugehistogram:
            guard bound == .infinity else { throw refuse("has no bucket with le=\"+Inf\"") }
            guard (count == nil) == (sum == nil) else { throw refuse("must have both a count and a sum, or neither") }
            guard count == nil || count == bucketCount else { throw refuse("has a count other than its +Inf bucket") }
            guard let sum else { return }
            if type == .histogram, hasNegativeBound {
                throw refuse("has buckets below 0 and therefore must not have a sum")
            }
            if !hasNegativeBound, sum < 0 {
                throw refuse("has a negative sum without buckets below 0")
            }
        default:
            break
        }
    }
}
