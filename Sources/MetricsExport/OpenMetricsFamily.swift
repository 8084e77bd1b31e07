/// A family while its lines are read: metadata first, then samples grouped by labels.
struct OpenMetricsFamily {
    enum Keyword: String {
        case type = "TYPE"
        case help = "HELP"
        case unit = "UNIT"
    }

    let name: String
    /// The first line of the family.
    let line: Int
    private var type: ExpositionType?
    private var help: String?
    private var unit: String?
    private var samples: [ExpositionSample] = []

    /// The names that samples may have, with the suffix of each; known once the first sample comes.
    private var sampleNames: [(name: String, suffix: SampleSuffix)] = []
    /// The labels of the metric that is being read, as ``Swift/Array/identity(without:)`` has them.
    private var group: [UInt8]?
    private var seenGroups: Set<[UInt8]> = []
    private var point: OpenMetricsPoint?

    init(name: String, line: Int) {
        self.name = name
        self.line = line
    }

    // MARK: Metadata

    /// Takes in the rest of a metadata line.
    mutating func add(_ keyword: Keyword, _ line: inout LineScanner) throws(ExpositionError) {
        guard samples.isEmpty else {
            throw line.error("\(keyword.rawValue) of \(name.shortened) stands after its samples")
        }
        let isSecond =
            switch keyword {
            case .type: type != nil
            case .help: help != nil
            case .unit: unit != nil
            }
        guard !isSecond else { throw line.error("a second \(keyword.rawValue) for \(name.shortened)") }
        switch keyword {
        case .help:
            help = try line.takeHelp(quotes: true)
        case .type:
            let word = String(decoding: line.rest.prefix(80), as: UTF8.self)
            guard let type = ExpositionType(rawValue: word), line.rest.count <= 80 else {
                let types = ExpositionType.allCases.map(\.rawValue).joined(separator: ", ")
                throw line.error("\"\(word.shortened)\" is not a type of OpenMetrics (\(types))")
            }
            self.type = type
        case .unit:
            let unit = line.rest
            guard unit.isEmpty || name.utf8.elementsEqual(name.utf8.dropLast(unit.count + 1) + "_".utf8 + unit) else {
                throw line.error("the name \(name.shortened) does not end in its unit")
            }
            self.unit = String(decoding: unit, as: UTF8.self)
        }
        if let unit, !unit.isEmpty, type == .info || type == .stateset {
            throw line.error("\(name.shortened) is of a type that has no unit")
        }
    }

    // MARK: Samples

    /// Takes in a sample, or says `false` if its name cannot belong to the family.
    mutating func add(_ sample: OpenMetricsSample) throws(ExpositionError) -> Bool {
        let type = type ?? .unknown
        if sampleNames.isEmpty {
            sampleNames = type.sampleSuffixes.map { (name + $0.rawValue, $0) }
        }
        guard let suffix = sampleNames.first(where: { $0.name == sample.sample.name })?.suffix else {
            if sample.sample.name == name {
                let names = sampleNames.map(\.name.shortened).joined(separator: ", ")
                throw sample.error("a sample of the \(type.rawValue) \(name.shortened) must be called \(names)")
            }
            return false
        }
        try sample.check(in: type, suffix, family: name)
        try enter(sample, type.pointLabel(suffix, family: name), isInfo: type == .info)
        if point == nil {
            point = OpenMetricsPoint(family: name, type: type, timestamp: sample.timestamp)
        }
        try point?.add(sample, suffix)
        samples.append(sample.sample)
        return true
    }

    /// Finds out whether the sample continues the metric and the point that are being read, or begins new ones.
    private mutating func enter(
        _ sample: OpenMetricsSample,
        _ pointLabel: String?,
        isInfo: Bool
    ) throws(ExpositionError) {
        // All labels of an info may be its information, so what identifies the metric cannot be told: all are one.
        let group = isInfo ? [] : sample.sample.labels.identity(without: pointLabel)
        guard group == self.group else {
            guard seenGroups.insert(group).inserted else {
                throw sample.error("the samples of one metric of \(name.shortened) do not stand together")
            }
            self.group = group
            try closePoint()
            return
        }
        guard let point, point.timestamp != sample.timestamp else { return }
        if !isInfo {
            guard let before = point.timestamp, let now = sample.timestamp else {
                throw sample.error("some samples of one metric of \(name.shortened) have timestamps and some have not")
            }
            guard before < now else {
                throw sample.error("the timestamps of \(name.shortened) go backwards")
            }
        }
        try closePoint()
    }

    private mutating func closePoint() throws(ExpositionError) {
        try point?.finish()
        point = nil
    }

    /// The whole family, once no more lines can belong to it.
    mutating func finish() throws(ExpositionError) -> ExpositionFamily {
        try closePoint()
        // An empty HELP or UNIT is as good as none.
        return ExpositionFamily(
            name: name,
            type: type ?? .unknown,
            help: help.flatMap { $0.utf8.isEmpty ? nil : $0 },
            unit: unit.flatMap { $0.isEmpty ? nil : $0 },
            samples: samples
        )
    }
}
