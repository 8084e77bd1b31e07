internal import HostSystem
internal import SocketOwners

/// Finds the network namespaces that are to be watched, again and again.
struct NamespaceSearch {
    /// A namespace that is there.
    struct Found: Hashable {
        /// Nil where there is no procfs to tell.
        let identity: NetworkNamespace.Identity?
        /// A way into it.
        let place: NetworkNamespace
        /// What people call it. It stays while the namespace does, but for the name that somebody gives it.
        var name: String
        let isOwn: Bool

        static var own: Found {
            Found(identity: try? NetworkNamespace.own.identity(), place: .own, name: "self", isOwn: true)
        }
    }

    let selection: NamespaceSelection
    /// Held by processes alone and seen for the first time: `ip netns add` and container engines make a namespace first
    /// and say what it is called later.
    private var fresh: Set<NetworkNamespace.Identity> = []
    private var isFirst = true

    init(_ selection: NamespaceSelection) {
        self.selection = selection
    }

    /// - Parameter known: the namespaces that are watched. They are held open, so that no other has got their numbers.
    /// - Returns: the namespaces, each once, and why those that were named one by one cannot be had.
    mutating func find(
        known: [NetworkNamespace.Identity: String]
    ) -> (found: [Found], failures: [NetworkNamespaceError]) {
        var findings = Findings()
        if selection.isAll {
            findings.addOwn()
            for namespace in NetworkNamespace.allNamed() { _ = findings.add(namespace) }
            addProcesses(to: &findings, known: known)
        } else {
            for namespace in selection.namespaces { findings.addOrFail(namespace) }
        }
        return (findings.found, findings.failures)
    }

    private mutating func addProcesses(to findings: inout Findings, known: [NetworkNamespace.Identity: String]) {
        let held = NetworkNamespace.heldByProcesses(known: findings.identities.union(known.keys))
        let unnamed = held.filter { !findings.identities.contains($0.key) }
        let ripe = unnamed.filter { isFirst || known[$0.key] != nil || fresh.contains($0.key) }
        fresh = Set(unnamed.keys).subtracting(ripe.keys)
        isFirst = false
        for (identity, process) in ripe.sorted(by: { $0.value < $1.value }) {
            let place = NetworkNamespace.process(process)
            let name = known[identity] ?? ServiceName.container(of: process)?.description ?? place.description
            findings.add(identity, place, name)
        }
    }
}

private struct Findings {
    private(set) var found: [NamespaceSearch.Found] = []
    private(set) var failures: [NetworkNamespaceError] = []
    private(set) var identities: Set<NetworkNamespace.Identity> = []
    private var names: Set<String> = []
    private let own = try? NetworkNamespace.own.identity()

    mutating func addOwn() { addOrFail(.own) }

    mutating func addOrFail(_ namespace: NetworkNamespace) {
        if let error = add(namespace) { failures.append(error) }
    }

    /// Returns why it cannot be had.
    mutating func add(_ namespace: NetworkNamespace) -> NetworkNamespaceError? {
        do throws(NetworkNamespaceError) {
            add(try namespace.identity(), namespace, namespace.description)
            return nil
        } catch {
            return error
        }
    }

    /// Two of one name are told apart by the way into the second.
    mutating func add(_ identity: NetworkNamespace.Identity, _ place: NetworkNamespace, _ name: String) {
        guard identities.insert(identity).inserted else { return }
        let name = names.contains(name) ? place.path : name
        names.insert(name)
        found.append(
            NamespaceSearch.Found(identity: identity, place: place, name: name, isOwn: identity == own)
        )
    }
}
