internal import CBuildRevision

/// Which version this is. Semantic versioning covers the metrics, the JSON, the flags and the configuration.
enum BuildVersion {
    static let number = "0.1.0"
    /// The commit, where the build was told it: scripts/package and the container's build do.
    static let revision = String(cString: cbr_revision)
    static var text: String { revision == "unknown" ? number : "\(number) (revision \(revision))" }
}
