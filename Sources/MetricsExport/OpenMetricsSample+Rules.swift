/// What OpenMetrics asks of a sample by the type of its family, before its neighbours are looked at.
extension OpenMetricsSample {
    func error(_ message: String) -> ExpositionError {
        ExpositionError(line: line, message: message)
    }

    func check(in type: ExpositionType, _ suffix: SampleSuffix, family: String) throws(ExpositionError) {
        try checkLabels(type, suffix, family)
        try checkValue(type, suffix)
        if exemplar != nil, suffix != .bucket, suffix != .total {
            throw error("\(sample.name.shortened) must not have an exemplar; only buckets and totals may")
        }
    }

    private func checkLabels(
        _ type: ExpositionType,
        _ suffix: SampleSuffix,
        _ family: String
    ) throws(ExpositionError) {
        guard let required = type.pointLabel(suffix, family: family) else {
            if let reserved = type.reservedLabel, sample.label(reserved) != nil {
                throw error("\(sample.name.shortened) must not have a label \(reserved)")
            }
            return
        }
        guard let value = sample.label(required) else {
            throw error("\(sample.name.shortened) lacks the label \(required.shortened)")
        }
        switch required {
        case "quantile" where type == .summary:
            guard let quantile = ExpositionNumber.parse(Array(value.utf8)[...]), (0...1).contains(quantile) else {
                throw error("quantile=\"\(value.shortened)\" is not a number from 0 to 1")
            }
        case "le" where type != .stateset:
            guard let bound = ExpositionNumber.parse(Array(value.utf8)[...]), !bound.isNaN else {
                throw error("le=\"\(value.shortened)\" is not a number")
            }
            guard bound != .infinity || value == "+Inf" else {
                throw error("le=\"\(value.shortened)\" must be written +Inf")
            }
        default:
            break
        }
    }

    private func checkValue(_ type: ExpositionType, _ suffix: SampleSuffix) throws(ExpositionError) {
        let value = sample.value
        let name = sample.name.shortened
        switch suffix {
        case .bucket, .count, .gaugeCount:
            guard value >= 0, value.isFinite, value.rounded() == value else {
                throw error("\(name) must be a whole number that is not negative")
            }
        case .total, .sum:
            guard value >= 0 else { throw error("\(name) must be neither negative nor NaN") }
        case .gaugeSum:
            guard !value.isNaN else { throw error("\(name) must not be NaN") }
        case .created:
            guard value.isFinite else { throw error("\(name) must be a time in seconds") }
        case .info:
            guard value == 1 else { throw error("\(name) must be 1") }
        case .none where type == .stateset:
            guard value == 0 || value == 1 else { throw error("\(name) must be 0 or 1") }
        case .none where type == .summary:
            guard value.isNaN || value >= 0 else { throw error("\(name) must not be negative") }
        case .none:
            break
        }
    }
}
