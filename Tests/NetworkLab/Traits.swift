public import Testing

extension Trait where Self == ConditionTrait {
    /// Skips where network namespaces cannot be made, and says why.
    public static var networkNamespaces: Self {
        let reason = LabNamespace.unavailable
        return .enabled(if: reason == nil, "network namespaces cannot be made: \(reason ?? "")")
    }

    /// Skips where the interpreter or a package of the server is missing, and says which.
    public static func server(_ server: LabServer) -> Self {
        let reason = server.unavailable
        return .enabled(if: reason == nil, "\(server.rawValue) cannot be run: \(reason ?? "")")
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where cgroups cannot be made, and says why.
    public static var cgroups: Self {
        let reason = LabCgroup.unavailable
        return .enabled(if: reason == nil, "cgroups cannot be made: \(reason ?? "")")
    }
}
