import CYaml

/// One step of libyaml's parser, copied into Swift values.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
        case alias(String)
    }

    var kind: Kind
    var place: TextPlace
    /// The name after `&`, if the value has one.
    var anchor: String?
    /// The tag after `!`, if the value has one.
    var tag: String?
}

/// libyaml's event parser over bytes in memory. Owns the parser and the bytes, and frees both.
///
/// The corresponding C functions are `yaml_parser_initialize`, `yaml_parser_parse` and `yaml_parser_delete`.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter bytes: valid UTF-8.
    init(_ bytes: [UInt8]) throws(ConfigurationProblem) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw ConfigurationProblem(at: nil, "there is not enough memory to read it")
        }
        text = .allocate(capacity: bytes.count)
        _ = text.initialize(from: bytes)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next event.
    /// - Throws: the syntax error that libyaml found; then there is nothing more to read.
    mutating func next() throws(ConfigurationProblem) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxProblem() }
        defer { yaml_event_delete(&event) }
        let place = TextPlace(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, place: place)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, place: place)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, place: place)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, place: place)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, place: place)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(string(event.data.alias.anchor) ?? ""), place: place)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart,
                place: place,
                anchor: string(start.anchor),
                tag: string(start.tag)
            )
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return YAMLEvent(
                kind: .mappingStart,
                place: place,
                anchor: string(start.anchor),
                tag: string(start.tag)
            )
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return YAMLEvent(
                kind: .scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain),
                place: place,
                anchor: string(scalar.anchor),
                tag: string(scalar.tag)
            )
        default: return YAMLEvent(kind: .streamEnd, place: place)
        }
    }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }
}

extension YAMLEvents {
    /// libyaml's problem in its own words, with what to do where the cause is a common one.
    private func syntaxProblem() -> ConfigurationProblem {
        let state = parser.pointee
        guard state.error != YAML_MEMORY_ERROR else {
            return ConfigurationProblem(at: nil, "there is not enough memory to read it")
        }
        let problem = state.problem.map { String(cString: $0) } ?? "not readable as YAML"
        guard state.error != YAML_READER_ERROR else {
            // The reader runs ahead of the marks; it tells only the byte.
            let place = TextPlace(ofByteAt: state.problem_offset, in: Array(text))
            return ConfigurationProblem(at: place, "\(problem); remove the character")
        }
        let place = TextPlace(state.problem_mark)
        let context = state.context.map { String(cString: $0) }
        let explanation = explanation(of: problem, at: place, begun: TextPlace(state.context_mark), context: context)
        let message = explanation ?? "syntax error: \(problem)\(context.map { " \($0)" } ?? "")"
        return ConfigurationProblem(at: place, message)
    }

    /// What a person would say of the mistakes that are made most often; nil where libyaml's words have to do.
    private func explanation(
        of problem: String,
        at place: TextPlace,
        begun: TextPlace,
        context: String?
    ) -> String? {
        switch problem {
        case "found character that cannot start any token":
            guard let character = character(at: place) else { return nil }
            if character == "\t" { return "a tab cannot indent; use spaces" }
            return "`\(character)` cannot begin a value; put the text in quotes"
        case "mapping values are not allowed in this context":
            return "a `:` is not allowed here; check the indentation, or put text that contains `: ` in quotes"
        case "did not find expected ',' or ']'":
            return "the list that begins at \(begun) goes wrong here; a `,` or the closing `]` is missing"
        case "did not find expected ',' or '}'":
            return "the mapping that begins at \(begun) goes wrong here; a `,` or the closing `}` is missing"
        case "found unexpected end of stream" where context == "while scanning a quoted scalar":
            return "the text that begins at \(begun) is not closed; add the closing quote"
        case "did not find expected key":
            return "a key is expected here; indent it like the other keys of the mapping that begins at \(begun)"
        default:
            return nil
        }
    }

    private func character(at place: TextPlace) -> Unicode.Scalar? {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard place.line <= lines.count else { return nil }
        let scalars = String(decoding: lines[place.line - 1], as: UTF8.self).unicodeScalars
        return scalars.dropFirst(place.column - 1).first
    }
}

extension TextPlace {
    /// libyaml counts from 0.
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
