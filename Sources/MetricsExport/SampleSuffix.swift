/// What a sample's name adds to the name of its family in OpenMetrics.
enum SampleSuffix: String {
    case none = ""
    case total = "_total"
    case created = "_created"
    case count = "_count"
    case sum = "_sum"
    case bucket = "_bucket"
    case gaugeCount = "_gcount"
    case gaugeSum = "_gsum"
    case info = "_info"
}

extension ExpositionType {
    /// The suffixes that samples of the type can have.
    var sampleSuffixes: [SampleSuffix] {
        switch self {
        case .counter: [.total, .created]
        case .summary: [.none, .count, .sum, .created]
        case .histogram: [.bucket, .count, .sum, .created]
        case .gaugehistogram: [.bucket, .gaugeCount, .gaugeSum]
        case .info: [.info]
        case .gauge, .stateset, .unknown: [.none]
        }
    }

    /// The label that tells the samples of one point apart and does not belong to the metric.
    func pointLabel(_ suffix: SampleSuffix, family: String) -> String? {
        switch (self, suffix) {
        case (.histogram, .bucket), (.gaugehistogram, .bucket): "le"
        case (.summary, .none): "quantile"
        case (.stateset, _): family
        default: nil
        }
    }

    /// The label that only the point's own samples may have.
    var reservedLabel: String? {
        switch self {
        case .histogram, .gaugehistogram: "le"
        case .summary: "quantile"
        default: nil
        }
    }
}
