/// How the descriptors that the agent may have are shared out, so that clients and namespaces never take the last ones.
struct DescriptorBudget: Equatable {
    /// Those of the agent itself: 23 at rest, one for each companion that is asked, files that are read.
    private static let ofItsOwn = 64
    /// Each network namespace takes one to ask, and one to hear of ends.
    private static let perNamespace = 2

    /// Connections to the web server, on all its addresses together.
    let clients: Int
    /// Network namespaces that are watched.
    let namespaces: Int

    /// - Parameter limit: nil for none.
    init(limit: UInt64?) {
        let shared = max(0, Int(clamping: min(limit ?? .max, 1 << 32)) - Self.ofItsOwn)
        clients = max(4, shared / 3)
        namespaces = max(1, shared * 2 / 3 / Self.perNamespace)
    }
}
