/// Which version this is. Semantic versioning covers the metrics, the JSON, the flags and the configuration.
enum BuildVersion {
    static let number = "0.1.0"
    static let revision = "unknown"
    static var text: String { revision == "unknown" ? number : "\(number) (revision \(revision))" }
}
