internal import FoundationEssentials

/// JSON as the agent writes it: names with underscores, in a fixed order, paths unescaped.
enum JSONText {
    static func bytes(of document: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting =
            pretty
            ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document)) + Array("\n".utf8)
    }
}
