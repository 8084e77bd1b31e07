extension ExpositionFormat {
    /// Chooses the format of an answer by the request's `Accept` header (several headers joined by commas).
    ///
    /// As RFC 9110 has it, the most specific range that names a format gives its q-value, and the highest q wins; on a
    /// tie, the range that is more specific, then the one that stands first, then 0.0.4. Ranges that make no sense are
    /// passed over. With nothing acceptable, 0.0.4 is sent all the same: a wrong format is more useful than none.
    public static func negotiate(accept: String?) -> ExpositionFormat {
        guard let accept else { return .text004 }
        var text: Preference?
        var openMetrics: Preference?
        for (index, element) in accept.utf8.splitOutsideQuotes(at: UInt8(ascii: ",")).enumerated() {
            guard let range = MediaRange(element), let quality = range.quality else { continue }
            for format in allCases {
                guard let specificity = range.specificity(for: format) else { continue }
                let preference = Preference(quality: quality, specificity: specificity, index: index)
                switch format {
                case .text004: text = preference.merged(with: text)
                case .openMetrics: openMetrics = preference.merged(with: openMetrics)
                }
            }
        }
        guard let openMetrics, openMetrics.quality > 0 else { return .text004 }
        guard let text, text.quality > 0 else { return .openMetrics }
        return openMetrics.isPreferred(to: text) ? .openMetrics : .text004
    }

    /// The format that an answer's `Content-Type` names, or `nil` if it is neither (an HTML page, say).
    ///
    /// `text/plain` without a version counts as 0.0.4, which is how Prometheus reads it, and so does version 1.0.0,
    /// which is 0.0.4 with quoted names.
    public init?(contentType: String) {
        guard let range = MediaRange(contentType.utf8[...]) else { return nil }
        switch (range.type, range.parameter("version")) {
        case ("text/plain", nil), ("text/plain", "0.0.4"), ("text/plain", "1.0.0"):
            self = .text004
        case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"),
            ("application/openmetrics-text", "0.0.1"):
            self = .openMetrics
        default:
            return nil
        }
    }
}

/// How much a client wants one of the formats.
private struct Preference {
    /// In thousandths, 0 to 1000.
    var quality: Int
    var specificity: Int
    /// The place of the range within the header.
    var index: Int

    /// The preference that counts of two for the same format: the more specific, then the stronger, then the earlier.
    func merged(with other: Preference?) -> Preference {
        guard let other else { return self }
        return (specificity, quality, -index) > (other.specificity, other.quality, -other.index) ? self : other
    }

    func isPreferred(to other: Preference) -> Bool {
        (quality, specificity, -index) > (other.quality, other.specificity, -other.index)
    }
}

extension MediaRange {
    /// The q-value in thousandths: 1000 when there is none, `nil` when it is malformed.
    fileprivate var quality: Int? {
        guard let text = parameter("q") else { return 1000 }
        let digits = Array(text.utf8)
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"), digits.count <= 5
        else {
            return nil
        }
        var thousandths = first == UInt8(ascii: "1") ? 1000 : 0
        guard digits.count > 1 else { return thousandths }
        guard digits[1] == UInt8(ascii: ".") else { return nil }
        var weight = 100
        for digit in digits[2...] {
            guard ExpositionName.isDigit(digit) else { return nil }
            thousandths += Int(digit - UInt8(ascii: "0")) * weight
            weight /= 10
        }
        return thousandths <= 1000 ? thousandths : nil
    }

    /// How exactly the range names the format, or `nil` if it does not include it.
    fileprivate func specificity(for format: ExpositionFormat) -> Int? {
        let (type, anySubtype, versions) =
            switch format {
            case .text004: ("text/plain", "text/*", ["0.0.4"])
            case .openMetrics: ("application/openmetrics-text", "application/*", ["1.0.0", "0.0.1"])
            }
        if self.type == type {
            guard let version = parameter("version") else { return 2 }
            return versions.contains(version) ? 3 : nil
        }
        return self.type == anySubtype ? 1 : self.type == "*/*" ? 0 : nil
    }
}
