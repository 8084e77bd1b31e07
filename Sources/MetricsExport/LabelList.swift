/// The labels of a sample while they are read: no name may stand twice.
///
/// Names and values are compared as bytes. Swift compares strings by canonical equivalence, which would take two
/// different labels for one.
struct LabelList {
    private(set) var labels: [ExpositionLabel] = []
    private var names: Set<[UInt8]> = []

    /// Adds a label, or says what is wrong with it.
    mutating func add(_ name: String, _ value: String) -> String? {
        if name.utf8.elementsEqual("__name__".utf8) {
            return "label __name__ is reserved for the name of the metric"
        }
        guard names.insert(Array(name.utf8)).inserted else {
            return "label \(name.shortened) stands twice"
        }
        labels.append(ExpositionLabel(name: name, value: value))
        return nil
    }
}

extension [ExpositionLabel] {
    /// Bytes that are the same for the same set of labels in whatever order, leaving out one label if asked.
    func identity(without excluded: String? = nil) -> [UInt8] {
        // 0xFF never occurs in UTF-8, so it separates without escaping.
        var pairs: [[UInt8]] = []
        for label in self where label.name != excluded {
            pairs.append(label.name.utf8 + [0xFF] + label.value.utf8 + [0xFF])
        }
        if pairs.count > 1 {
            pairs.sort { $0.lexicographicallyPrecedes($1) }
        }
        return Array<UInt8>(pairs.joined())
    }
}
