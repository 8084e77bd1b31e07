internal import ArgumentParser
internal import HostSystem
internal import SockDiag

/// In which network namespace a command looks once.
struct PlaceOption: ParsableArguments {
    @Option(
        name: .customLong("network-namespace"),
        help: ArgumentHelp(
            "Look into this network namespace: a name of ip netns, or pid:N.",
            valueName: "name"
        ),
        transform: { try Self.read($0) }
    )
    var namespace: NetworkNamespace?

    /// A dumper of the namespace: it belongs to the one that it is opened in, wherever it is used.
    func dumper() throws -> SocketDumper {
        guard let namespace else { return try SocketDumper() }
        return try namespace.run { () throws(SockDiagError) in try SocketDumper() }.get()
    }

    /// The best table of the namespace that the kernel has.
    func table() throws -> any SocketTable & ~Copyable {
        guard let namespace else { return try KernelTable.open() }
        return try namespace.run { () throws(SockDiagError) in OpenedTable(table: try KernelTable.open()) }.get().table
    }

    private struct OpenedTable: ~Copyable {
        let table: any SocketTable & ~Copyable
    }

    private static func read(_ text: String) throws -> NetworkNamespace {
        let selection: NamespaceSelection
        do throws(NamespaceSelection.Problem) {
            selection = try NamespaceSelection(names: [text])
        } catch {
            throw ValidationError(error.message)
        }
        guard let namespace = selection.namespaces.first else {
            throw ValidationError("`all` is more than one look shows; name one")
        }
        return namespace
    }
}
