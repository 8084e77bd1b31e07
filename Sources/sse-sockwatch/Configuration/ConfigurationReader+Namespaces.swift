extension ConfigurationReader {
    mutating func namespaces(_ field: Field) -> NamespaceSelection {
        guard let items = items(field, example: "[self]") else { return .own }
        if items.isEmpty { note(field, "names no namespace; write [self]") }
        var names: [(name: String, field: Field)] = []
        for item in items {
            guard let name = text(item, example: "self") else { continue }
            names.append((name, item))
        }
        do throws(NamespaceSelection.Problem) {
            return try NamespaceSelection(names: names.map(\.name))
        } catch {
            note(names[error.index].field, error.message)
            return .own
        }
    }
}
