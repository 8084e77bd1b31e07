import FoundationEssentials

/// Reads JSON as the agent writes it, with names in snake case.
func readJSON<Document: Decodable>(_ text: String, as type: Document.Type) throws -> Document {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(text.utf8))
}
