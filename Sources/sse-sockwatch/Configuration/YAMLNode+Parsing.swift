extension YAMLNode {
    /// The largest configuration that is read, in bytes: 1 MiB.
    static let sizeLimit = 1 << 20
    /// How deep lists and mappings may stand in each other.
    static let depthLimit = 64

    /// What a YAML text holds: one document at most, and the problems that do not keep it from being read.
    struct Document: Sendable {
        /// Nil if the text holds nothing but comments.
        var root: YAMLNode?
        /// Keys that are written twice; the first one counts.
        var problems: [ConfigurationProblem]
    }

    /// Reads a YAML text of one document.
    ///
    /// Anchors, aliases and tags are refused: a configuration of this size needs none, and without them a value is what
    /// stands in its place.
    ///
    /// - Throws: the first problem after which the rest cannot be understood: not UTF-8, too large, too deep, a syntax
    ///   error, a second document.
    static func parse(_ bytes: [UInt8]) throws(ConfigurationProblem) -> Document {
        guard bytes.count <= sizeLimit else {
            throw ConfigurationProblem(at: nil, "larger than \(sizeLimit) bytes; check that it is the right file")
        }
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let place = TextPlace(ofByteAt: error.byteOffsets.lowerBound, in: bytes)
            throw ConfigurationProblem(at: place, "not valid UTF-8; save the file in UTF-8")
        }
        var builder = YAMLTreeBuilder(events: try YAMLEvents(bytes))
        return try builder.document()
    }
}

/// Puts events together to a tree.
private struct YAMLTreeBuilder: ~Copyable {
    var events: YAMLEvents
    var problems: [ConfigurationProblem] = []

    init(events: consuming YAMLEvents) {
        self.events = events
    }

    mutating func document() throws(ConfigurationProblem) -> YAMLNode.Document {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd:
                return YAMLNode.Document(root: root, problems: problems)
            case .documentStart:
                guard root == nil else {
                    throw ConfigurationProblem(
                        at: event.place,
                        "a second document begins here; a configuration is one document"
                    )
                }
                root = try node(try events.next(), path: .root, depth: 1)
            default:
                continue
            }
        }
    }

    private mutating func node(
        _ event: YAMLEvent,
        path: ConfigurationPath,
        depth: Int
    ) throws(ConfigurationProblem) -> YAMLNode {
        try refuseReferences(event, path: path)
        switch event.kind {
        case .scalar(let text, let isPlain):
            return YAMLNode(place: event.place, content: .scalar(text, isPlain: isPlain))
        case .sequenceStart:
            try checkDepth(depth, at: event.place)
            return YAMLNode(place: event.place, content: .sequence(try items(path: path, depth: depth)))
        case .mappingStart:
            try checkDepth(depth, at: event.place)
            return YAMLNode(place: event.place, content: .mapping(try entries(path: path, depth: depth)))
        default:
            throw ConfigurationProblem(at: event.place, path: path, "a value is expected here")
        }
    }

    private mutating func items(path: ConfigurationPath, depth: Int) throws(ConfigurationProblem) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(event, path: path.index(items.count), depth: depth + 1))
        }
    }

    private mutating func entries(
        path: ConfigurationPath,
        depth: Int
    ) throws(ConfigurationProblem) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var places: [String: TextPlace] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return entries }
            try refuseReferences(event, path: path)
            guard case .scalar(let key, _) = event.kind else {
                throw ConfigurationProblem(at: event.place, path: path, "a key must be text, not a list or mapping")
            }
            let keyPath = path.key(key)
            let value = try node(try events.next(), path: keyPath, depth: depth + 1)
            if let first = places[key] {
                problems.append(
                    ConfigurationProblem(
                        at: event.place,
                        path: keyPath,
                        "written twice, first at \(first); remove one of the two"
                    )
                )
            } else {
                places[key] = event.place
                entries.append(YAMLNode.Entry(key: key, keyPlace: event.place, value: value))
            }
        }
    }

    private func checkDepth(_ depth: Int, at place: TextPlace) throws(ConfigurationProblem) {
        guard depth <= YAMLNode.depthLimit else {
            throw ConfigurationProblem(at: place, "nested deeper than \(YAMLNode.depthLimit) levels")
        }
    }

    private func refuseReferences(_ event: YAMLEvent, path: ConfigurationPath) throws(ConfigurationProblem) {
        if case .alias(let name) = event.kind {
            throw ConfigurationProblem(
                at: event.place,
                path: path,
                "aliases are not supported; write the value out in place of `*\(ConfigurationProblem.shown(name))`"
            )
        }
        if let anchor = event.anchor {
            throw ConfigurationProblem(
                at: event.place,
                path: path,
                "anchors are not supported; remove `&\(ConfigurationProblem.shown(anchor))`"
            )
        }
        if let tag = event.tag {
            let standard = "tag:yaml.org,2002:"
            let written = tag.hasPrefix(standard) ? "!!\(tag.dropFirst(standard.count))" : tag
            throw ConfigurationProblem(
                at: event.place,
                path: path,
                "tags are not supported; remove `\(ConfigurationProblem.shown(written))`"
            )
        }
    }
}
