internal import ArgumentParser

/// Where a command that watches looks for sockets.
struct NamespaceOptions: ParsableArguments {
    @Option(
        name: .customLong("network-namespace"),
        help: ArgumentHelp(
            "Watch a network namespace: self, a name of ip netns, pid:N, or all. May be repeated.",
            valueName: "name"
        )
    )
    var names: [String] = []

    func validate() throws {
        _ = try selection()
    }

    /// The configuration with the namespaces of the flags in place of its own.
    func apply(to configuration: AgentConfiguration) throws -> AgentConfiguration {
        guard let selection = try selection() else { return configuration }
        var configuration = configuration
        configuration.namespaces = selection
        return configuration
    }

    /// Nil without a flag.
    private func selection() throws -> NamespaceSelection? {
        guard !names.isEmpty else { return nil }
        do throws(NamespaceSelection.Problem) {
            return try NamespaceSelection(names: names)
        } catch {
            throw ValidationError("--network-namespace: \(error.message)")
        }
    }
}
