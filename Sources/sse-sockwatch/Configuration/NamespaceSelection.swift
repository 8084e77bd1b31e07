internal import HostSystem

/// Which network namespaces are watched.
struct NamespaceSelection: Hashable, Sendable {
    /// Those that were named one by one, each once, in this order.
    var namespaces: [NetworkNamespace]
    /// All that there are: the agent's own, those with names, and those that processes are in.
    var isAll = false

    static let own = NamespaceSelection(namespaces: [.own])
    static let all = NamespaceSelection(namespaces: [], isAll: true)

    /// Only the agent's own: then nobody needs to be told which one a port is in.
    var isOwnOnly: Bool { self == .own }
}

extension NamespaceSelection {
    /// Why one of several names cannot be used.
    struct Problem: Error {
        let index: Int
        let message: String
    }

    /// Reads `self`, `all`, `pid:N`, and names under `/run/netns`. Of none at all it makes the agent's own.
    init(names: [String]) throws(Problem) {
        var selection = NamespaceSelection(namespaces: [])
        for (index, name) in names.enumerated() {
            if name == "all" {
                guard names.count == 1 else {
                    throw Problem(index: index, message: "`all` holds all others; write [all]")
                }
                selection.isAll = true
                continue
            }
            guard let namespace = NetworkNamespace(name) else {
                let shown = ConfigurationProblem.shown(name)
                throw Problem(
                    index: index,
                    message: "`\(shown)` is not a network namespace; "
                        + "write self, all, pid:N, or a name that `ip netns list` shows"
                )
            }
            guard !selection.namespaces.contains(namespace) else {
                throw Problem(
                    index: index,
                    message: "`\(ConfigurationProblem.shown(name))` is listed twice; remove one of the two"
                )
            }
            selection.namespaces.append(namespace)
        }
        self = names.isEmpty ? .own : selection
    }

    /// As ``init(names:)`` reads them.
    var names: [String] { isAll ? ["all"] : namespaces.map(\.description) }
}
